/** Who may run a key: claims, leases, completion markers, the circuit breaker. Knows keys, not messages. */
@NullMarked
package dev.sedano.worker.idempotency;

import org.jspecify.annotations.NullMarked;
