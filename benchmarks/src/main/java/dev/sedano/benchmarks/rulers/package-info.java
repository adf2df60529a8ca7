/** Hand-tuned loops that do the worker's duty and no more: what the worker is measured against. */
@NullMarked
package dev.sedano.benchmarks.rulers;

import org.jspecify.annotations.NullMarked;
