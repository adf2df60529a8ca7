/** What the stories share: servers, workers and Python programs of their own, an outside world, and the account. */
@NullMarked
package dev.sedano.examples.stage;

import org.jspecify.annotations.NullMarked;
