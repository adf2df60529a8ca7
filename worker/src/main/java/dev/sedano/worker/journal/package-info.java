/** What is finished and not recorded, on disk: written when the store does not answer, replayed at the next start. */
@NullMarked
package dev.sedano.worker.journal;

import org.jspecify.annotations.NullMarked;
