/** Elapsed time, injectable. Wall time comes from {@link java.time.Clock}. */
@NullMarked
package dev.sedano.worker.time;

import org.jspecify.annotations.NullMarked;
