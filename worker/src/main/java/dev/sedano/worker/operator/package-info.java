/** Commands for people: looking at keys, set-aside deliveries and the store, and changing them, each change audited. */
@NullMarked
package dev.sedano.worker.operator;

import org.jspecify.annotations.NullMarked;
