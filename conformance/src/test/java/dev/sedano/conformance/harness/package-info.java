/** What the tests of this module start, send and check. */
@NullMarked
package dev.sedano.conformance.harness;

import org.jspecify.annotations.NullMarked;
