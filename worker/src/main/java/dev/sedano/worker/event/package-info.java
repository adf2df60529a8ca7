/** Celery's events: what happens to workers and tasks, told to whoever listens, such as Flower. */
@NullMarked
package dev.sedano.worker.event;

import org.jspecify.annotations.NullMarked;
