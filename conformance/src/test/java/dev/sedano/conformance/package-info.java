/** The worker as a process of its own, against real servers and a real Celery. */
@NullMarked
package dev.sedano.conformance;

import org.jspecify.annotations.NullMarked;
