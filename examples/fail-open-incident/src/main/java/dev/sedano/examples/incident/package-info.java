/** A dedupe that fails open, and one that does not. */
@NullMarked
package dev.sedano.examples.incident;

import org.jspecify.annotations.NullMarked;
