/** The command line. */
@NullMarked
package dev.sedano.worker.cli;

import org.jspecify.annotations.NullMarked;
