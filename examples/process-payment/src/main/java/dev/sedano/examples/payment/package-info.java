/** A payment that is asked for twice, interrupted and blocked, and made once. */
@NullMarked
package dev.sedano.examples.payment;

import org.jspecify.annotations.NullMarked;
