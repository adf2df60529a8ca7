/** The life of one delivery: decode, resolve, admit, run, record, decide, settle. */
@NullMarked
package dev.sedano.worker.delivery;

import org.jspecify.annotations.NullMarked;
