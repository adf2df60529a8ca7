/** For users' unit tests: tasks under the real pipeline, without servers. */
@NullMarked
package dev.sedano.worker.testing;

import org.jspecify.annotations.NullMarked;
