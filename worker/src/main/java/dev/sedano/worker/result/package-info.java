/** What callers read: Celery's result records and their exceptions. */
@NullMarked
package dev.sedano.worker.result;

import org.jspecify.annotations.NullMarked;
