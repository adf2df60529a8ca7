/** A FastAPI endpoint whose callers may repeat themselves. */
@NullMarked
package dev.sedano.examples.api;

import org.jspecify.annotations.NullMarked;
