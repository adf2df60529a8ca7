/** The tasks of Celery's own integration suite (t/integration/tasks.py of its source), for a worker that the suite drives. */
@NullMarked
package dev.sedano.conformance.suite;

import org.jspecify.annotations.NullMarked;
