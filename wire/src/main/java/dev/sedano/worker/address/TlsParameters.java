package dev.sedano.worker.address;

import dev.sedano.worker.ConfigurationException;
import dev.sedano.worker.tls.TlsSettings;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Files and strictness of a TLS connection as a URL gives them, by the names that Celery has for Redis. Immutable.
 *
 * @param verify whether the server's certificate and host name are checked; false only for {@code ssl_cert_reqs=none}
 * @param caFile PEM file of trusted certificates ({@code ssl_ca_certs}); null = the platform's
 * @param certificateFile PEM file of the client's certificate ({@code ssl_certfile}), or null
 * @param keyFile PEM file of the client's key ({@code ssl_keyfile}), or null
 */
public record TlsParameters(
        boolean verify,
        @Nullable String caFile,
        @Nullable String certificateFile,
        @Nullable String keyFile) {
    private static final Logger LOG = LoggerFactory.getLogger(TlsParameters.class);

    /** The names of the parameters. */
    static final Set<String> NAMES = Set.of("ssl_cert_reqs", "ssl_ca_certs", "ssl_certfile", "ssl_keyfile");

    static TlsParameters of(String option, String url, Map<String, String> query) {
        String strictness = query.getOrDefault("ssl_cert_reqs", "required");
        boolean verify = switch (strictness.toLowerCase(Locale.ROOT).replaceFirst("^cert_", "")) {
            case "required", "optional" -> true;
            case "none" -> false;
            default ->
                throw new ConfigurationException(
                        option,
                        UrlParts.redact(url),
                        "has ssl_cert_reqs=" + strictness + ": use required, optional or none");
        };
        return new TlsParameters(
                verify, query.get("ssl_ca_certs"), query.get("ssl_certfile"), query.get("ssl_keyfile"));
    }

    /**
     * Reads the files once.
     *
     * @param option whom errors name
     * @param address the server's, without credentials
     * @throws ConfigurationException if they are not usable
     */
    public TlsSettings checked(String option, String address) {
        try {
            TlsSettings settings = new TlsSettings(verify, path(caFile), path(certificateFile), path(keyFile));
            var unused = settings.context();
            if (!verify) {
                LOG.warn("{}: ssl_cert_reqs=none, so anybody in between can pose as the server at {}", option, address);
            }
            return settings;
        } catch (IllegalArgumentException e) {
            throw new ConfigurationException(option, address, String.valueOf(e.getMessage()), e);
        }
    }

    private static @Nullable Path path(@Nullable String text) {
        try {
            return text == null || text.isEmpty() ? null : Path.of(text);
        } catch (InvalidPathException e) {
            throw new IllegalArgumentException("names the file " + text + ", which is no path", e);
        }
    }
}
