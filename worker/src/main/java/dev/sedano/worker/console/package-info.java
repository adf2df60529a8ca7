/** Health and metrics over HTTP. */
@NullMarked
package dev.sedano.worker.console;

import org.jspecify.annotations.NullMarked;
