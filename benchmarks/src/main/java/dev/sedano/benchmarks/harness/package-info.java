/** Measures a worker: publishes tasks, starts it, times the drain, counts processor time. */
@NullMarked
package dev.sedano.benchmarks.harness;

import org.jspecify.annotations.NullMarked;
