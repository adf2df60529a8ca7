/** Where brokers, stores and result backends are, as people write it: Celery's and kombu's URLs. */
@NullMarked
package dev.sedano.worker.address;

import org.jspecify.annotations.NullMarked;
