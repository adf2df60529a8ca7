/** TLS connections from PEM files, the same for the store and the broker. */
@NullMarked
package dev.sedano.worker.tls;

import org.jspecify.annotations.NullMarked;
