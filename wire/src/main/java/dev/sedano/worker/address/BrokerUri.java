package dev.sedano.worker.address;

import dev.sedano.worker.ConfigurationException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Where a broker is. Immutable; {@code toString} leaves out user, password and parameters.
 *
 * @param virtualHost by kombu's rules: {@code //} and no path at all are {@code /}, {@code /x} is {@code x}
 * @param tls whether the connection is protected, as the parameters {@code ssl_…} say ({@link TlsParameters})
 * @param parameters the URL's query, decoded
 */
public record BrokerUri(
        String host,
        int port,
        String virtualHost,
        String user,
        String password,
        boolean tls,
        Map<String, String> parameters) {
    /** Copies the parameters. */
    public BrokerUri {
        parameters = Map.copyOf(parameters);
    }

    /**
     * Reads one or several URLs, separated by {@code ;}. What a URL leaves out is as in kombu: localhost, 5672 (5671
     * with TLS), {@code /}, guest, guest.
     *
     * @param option whom errors name
     */
    public static List<BrokerUri> parseAll(String option, String urls) {
        List<BrokerUri> brokers = new ArrayList<>();
        for (String url : urls.split(";", -1)) {
            if (!url.isBlank()) {
                brokers.add(parse(option, url.strip()));
            }
        }
        if (brokers.isEmpty()) {
            throw new ConfigurationException(option, "", "is empty: write amqp://user:password@host:5672/vhost");
        }
        return List.copyOf(brokers);
    }

    private static BrokerUri parse(String option, String url) {
        UrlParts parts = UrlParts.parse(option, url);
        boolean tls = parts.scheme().equals("amqps");
        if (!tls && !parts.scheme().equals("amqp") && !parts.scheme().equals("pyamqp")) {
            throw new ConfigurationException(
                    option, UrlParts.redact(url), "is no RabbitMQ URL: use amqp://, pyamqp:// or amqps://");
        }
        if (!tls && parts.query().keySet().stream().anyMatch(TlsParameters.NAMES::contains)) {
            throw new ConfigurationException(
                    option,
                    UrlParts.redact(url),
                    "has settings of TLS and a scheme without it: write amqps://, or leave the ssl_ parameters out");
        }
        return new BrokerUri(
                Objects.requireNonNullElse(parts.host(), "localhost"),
                parts.port() != 0 ? parts.port() : tls ? 5671 : 5672,
                parts.path().isEmpty() ? "/" : parts.path(),
                Objects.requireNonNullElse(parts.user(), "guest"),
                Objects.requireNonNullElse(parts.password(), "guest"),
                tls,
                parts.query());
    }

    /** The address without credentials. */
    @Override
    public String toString() {
        String path = virtualHost.equals("/") ? "//" : "/" + virtualHost;
        return (tls ? "amqps://" : "amqp://") + host + ":" + port + path;
    }
}
