/** All metrics by name, and their Micrometer implementation. */
@NullMarked
package dev.sedano.worker.metrics;

import org.jspecify.annotations.NullMarked;
