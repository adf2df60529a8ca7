/** The life of one delivery: decode, resolve, admit, run, record with what follows, decide, settle. */
@NullMarked
package dev.sedano.worker.delivery;

import org.jspecify.annotations.NullMarked;
