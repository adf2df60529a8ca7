/** The tasks that workers are measured with, as an application of the worker. */
@NullMarked
package dev.sedano.benchmarks;

import org.jspecify.annotations.NullMarked;
