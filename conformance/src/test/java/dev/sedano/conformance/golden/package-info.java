/** Every captured message, sent again to a worker of ours: it ends as it did with Celery's. */
@NullMarked
package dev.sedano.conformance.golden;

import org.jspecify.annotations.NullMarked;
