/** Celery messages, protocol 1 and 2, to records; JSON with Celery's tagged types. */
@NullMarked
package dev.sedano.worker.protocol;

import org.jspecify.annotations.NullMarked;
