package dev.sedano.worker.idempotency.redis;

import java.net.SocketTimeoutException;
import java.security.cert.CertificateException;
import java.util.List;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** Says in words what a failed TLS connection means: a fault of configuration, which no waiting cures. */
final class TlsFaults {
    private static final List<String> CLOSED_AT_ONCE =
            List.of("Connection reset", "Unexpected end of stream", "Broken pipe", "Connection or outbound has closed");

    private TlsFaults() {}

    /** What may be behind a server that takes a connection and closes it at once, or empty text. */
    static String hint(RedisEndpoint endpoint, boolean late, Throwable failure) {
        for (Throwable at = failure; at != null; at = at.getCause()) {
            String text = String.valueOf(at.getMessage());
            if (endpoint.tls() != null
                    && (late || (at instanceof SocketTimeoutException && text.contains("Read timed out")))) {
                return ": it did not answer; if its port does not speak TLS, write redis:// in the store URL or use its TLS"
                        + " port";
            }
            if (CLOSED_AT_ONCE.stream().anyMatch(text::contains)) {
                return endpoint.tls() == null
                        ? ": it closed the connection without an answer; if its port expects TLS, write rediss:// in the"
                                + " store URL"
                        : ": it closed the connection without an answer; if it asks for a certificate of the client, give"
                                + " ?ssl_certfile=…&ssl_keyfile=… in the store URL";
            }
        }
        return "";
    }

    /** The explanation, or null if the failure has nothing to do with TLS. */
    static @Nullable String explain(RedisEndpoint endpoint, Throwable failure) {
        for (Throwable at = failure; at != null; at = at.getCause()) {
            if (at instanceof IllegalArgumentException) {
                return at.getMessage();
            }
            String text = String.valueOf(at.getMessage());
            if (at instanceof CertificateException || at instanceof SSLException) {
                String explained = explain(endpoint, text);
                if (explained != null) {
                    return explained;
                }
            } else if (endpoint.tls() == null && text.startsWith("Unknown reply")) {
                return "the server at " + endpoint
                        + " does not answer as Redis does: if its port expects TLS, write rediss:// in the store URL";
            }
        }
        return null;
    }

    private static @Nullable String explain(RedisEndpoint endpoint, String text) {
        if (text.contains("Unsupported or unrecognized SSL message") || text.contains("Not an SSL/TLS record")) {
            return "the server at " + endpoint
                    + " does not speak TLS on this port: use its TLS port, or write redis:// in the store URL";
        }
        if (text.contains("subject alternative") || text.contains("No name matching")) {
            return "the certificate of the server at " + endpoint + " is for other names (" + text
                    + "): use the name it was made for, or a certificate with this name";
        }
        if (text.contains("PKIX") || text.contains("CertPath") || text.contains("trust anchor")) {
            return "the certificate of the server at " + endpoint + " is not trusted (" + text
                    + "): name the file of its authority with ?ssl_ca_certs=/path/ca.pem in the store URL";
        }
        if (text.contains("fatal alert: certificate_required")
                || text.contains("fatal alert: bad_certificate")
                || text.contains("fatal alert: unknown_ca")
                || text.contains("fatal alert: handshake_failure")) {
            return "the server at " + endpoint + " refuses this client (" + text
                    + "): give a certificate it trusts with ?ssl_certfile=…&ssl_keyfile=… in the store URL";
        }
        return null;
    }
}
