package dev.sedano.worker.tls;

import java.net.SocketTimeoutException;
import java.security.cert.CertificateException;
import java.util.List;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * Says in words what a failed connection has to do with TLS: a fault of configuration, which no waiting cures. Immutable.
 *
 * @param server the address without credentials
 * @param tls whether TLS was asked for
 * @param plain the URL's scheme without TLS, with {@code ://}
 * @param secured the URL's scheme with TLS, with {@code ://}
 * @param url which URL the settings are in, as {@code the store URL}
 */
public record TlsFaults(String server, boolean tls, String plain, String secured, String url) {
    private static final List<String> CLOSED_AT_ONCE =
            List.of("Connection reset", "Unexpected end of stream", "Broken pipe", "Connection or outbound has closed");

    /**
     * What may be behind a server that takes a connection and closes it at once, or empty text.
     *
     * @param late whether the connection was given up by its own side
     */
    public String hint(boolean late, Throwable failure) {
        for (Throwable at = failure; at != null; at = at.getCause()) {
            String text = String.valueOf(at.getMessage());
            if (tls && (late || (at instanceof SocketTimeoutException && text.contains("Read timed out")))) {
                return ": it did not answer; if its port does not speak TLS, write " + plain + " in " + url
                        + " or use its TLS port";
            }
            if (CLOSED_AT_ONCE.stream().anyMatch(text::contains)) {
                return closedAtOnce();
            }
        }
        return "";
    }

    /** What to look at when the server closed a new connection without a word. */
    public String closedAtOnce() {
        return tls
                ? ": it closed the connection without an answer; if it asks for a certificate of the client, give"
                        + " ?ssl_certfile=…&ssl_keyfile=… in " + url
                : ": it closed the connection without an answer; if its port expects TLS, write " + secured + " in "
                        + url;
    }

    /** What to look at when the server says something else than its protocol. */
    public String otherProtocol(String name) {
        return "the server at " + server + " does not answer as " + name + " does: if its port expects TLS, write "
                + secured + " in " + url;
    }

    /** The explanation, or null if the failure has nothing to do with TLS. */
    public @Nullable String explain(Throwable failure) {
        for (Throwable at = failure; at != null; at = at.getCause()) {
            if (at instanceof IllegalArgumentException) {
                return at.getMessage();
            }
            if (at instanceof CertificateException || at instanceof SSLException) {
                String explained = explain(String.valueOf(at.getMessage()));
                if (explained != null) {
                    return explained;
                }
            }
        }
        return null;
    }

    private @Nullable String explain(String text) {
        if (text.contains("Unsupported or unrecognized SSL message") || text.contains("Not an SSL/TLS record")) {
            return "the server at " + server + " does not speak TLS on this port: use its TLS port, or write " + plain
                    + " in " + url;
        }
        if (text.contains("subject alternative") || text.contains("No name matching")) {
            return "the certificate of the server at " + server + " is for other names (" + text
                    + "): use the name it was made for, or a certificate with this name";
        }
        if (text.contains("PKIX") || text.contains("CertPath") || text.contains("trust anchor")) {
            return "the certificate of the server at " + server + " is not trusted (" + text
                    + "): name the file of its authority with ?ssl_ca_certs=/path/ca.pem in " + url;
        }
        if (text.contains("fatal alert: certificate_required")
                || text.contains("fatal alert: bad_certificate")
                || text.contains("fatal alert: unknown_ca")
                || text.contains("fatal alert: handshake_failure")) {
            return "the server at " + server + " refuses this client (" + text
                    + "): give a certificate it trusts with ?ssl_certfile=…&ssl_keyfile=… in " + url;
        }
        return null;
    }
}
