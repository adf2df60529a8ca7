/** Sedano workbench. */
@NullMarked
package dev.sedano.workbench;

import org.jspecify.annotations.NullMarked;
