/** Orders of a shop, pushed to a payment API that times out. */
@NullMarked
package dev.sedano.examples.pos;

import org.jspecify.annotations.NullMarked;
