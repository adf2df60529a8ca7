package dev.sedano.worker.tls;

import java.nio.file.Path;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * How a TLS connection is made. Files are PEM and are read again for each connection, so that renewed certificates need no
 * restart. Immutable.
 *
 * @param verify whether the server's certificate and host name are checked
 * @param caFile trusted certificates; null = the platform's
 * @param certificateFile the client's certificate and what leads to its authority, or null
 * @param keyFile the client's key, unencrypted; null = none, or within {@code certificateFile}
 */
public record TlsSettings(
        boolean verify,
        @Nullable Path caFile,
        @Nullable Path certificateFile,
        @Nullable Path keyFile) {
    /** The platform's authorities, no client certificate. */
    public static final TlsSettings PLATFORM = new TlsSettings(true, null, null, null);

    /**
     * Reads the files; called before the first connection, too, to tell of mistakes early.
     *
     * @throws IllegalArgumentException naming the parameter, the file and the cure
     */
    public SSLContext context() {
        return TlsContext.of(this);
    }
}
