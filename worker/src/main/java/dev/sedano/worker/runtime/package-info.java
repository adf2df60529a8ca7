/** The worker as a whole: configuration, wiring, start and shutdown. */
@NullMarked
package dev.sedano.worker.runtime;

import org.jspecify.annotations.NullMarked;
