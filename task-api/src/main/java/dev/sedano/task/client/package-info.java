/**
 * Sending tasks and reading their results, as Celery's callers do. The implementation is the module {@code client}; nothing
 * here needs a worker.
 */
@NullMarked
package dev.sedano.task.client;

import org.jspecify.annotations.NullMarked;
