/** What all parts of the worker share: the error that stops it at start. */
@NullMarked
package dev.sedano.worker;

import org.jspecify.annotations.NullMarked;
