/** Sedano benchmarks. */
@NullMarked
package dev.sedano.benchmarks;

import org.jspecify.annotations.NullMarked;
