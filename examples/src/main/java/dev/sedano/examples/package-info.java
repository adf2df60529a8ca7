/** Sedano examples. */
@NullMarked
package dev.sedano.examples;

import org.jspecify.annotations.NullMarked;
