/** Signed webhooks, replayed for days. */
@NullMarked
package dev.sedano.examples.webhook;

import org.jspecify.annotations.NullMarked;
