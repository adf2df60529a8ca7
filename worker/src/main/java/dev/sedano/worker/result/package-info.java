/** What callers read: Celery's result records and their exceptions, and in which order with the marker. */
@NullMarked
package dev.sedano.worker.result;

import org.jspecify.annotations.NullMarked;
