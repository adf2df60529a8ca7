/** Who may run a key: claims, leases, steps, completion markers, hand-offs, the circuit breaker. Knows keys, not messages. */
@NullMarked
package dev.sedano.worker.idempotency;

import org.jspecify.annotations.NullMarked;
