/** What follows a task: retries, replacements, callbacks, errbacks and chains, as messages that can be stored. */
@NullMarked
package dev.sedano.worker.canvas;

import org.jspecify.annotations.NullMarked;
