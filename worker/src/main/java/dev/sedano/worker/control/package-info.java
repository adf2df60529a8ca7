/** Celery's remote control: what {@code celery inspect} and {@code celery control} ask of a worker. */
@NullMarked
package dev.sedano.worker.control;

import org.jspecify.annotations.NullMarked;
