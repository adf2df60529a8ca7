/** What settings there are, by name, and the files in which they stand. */
@NullMarked
package dev.sedano.worker.settings;

import org.jspecify.annotations.NullMarked;
