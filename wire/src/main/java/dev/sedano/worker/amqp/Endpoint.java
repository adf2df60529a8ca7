package dev.sedano.worker.amqp;

import dev.sedano.worker.tls.TlsSettings;
import org.jspecify.annotations.Nullable;

/**
 * Where a broker is. Immutable.
 *
 * @param tls null = no TLS
 */
public record Endpoint(
        String host,
        int port,
        String virtualHost,
        String user,
        String password,
        @Nullable TlsSettings tls) {
    /** The address without credentials. */
    @Override
    public String toString() {
        return host + ":" + port;
    }
}
