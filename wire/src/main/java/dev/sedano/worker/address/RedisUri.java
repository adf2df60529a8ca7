package dev.sedano.worker.address;

import dev.sedano.worker.ConfigurationException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Where a Redis or Valkey database is. Immutable; {@code toString} leaves out user and password.
 *
 * @param database 0 and up
 * @param user null = the default user
 * @param password null = none
 * @param tls how the connection is protected; null = not at all
 */
public record RedisUri(
        String host,
        int port,
        int database,
        @Nullable String user,
        @Nullable String password,
        @Nullable TlsParameters tls) {

    /**
     * Reads a URL. What it leaves out is as in Celery: localhost, 6379, database 0; certificates are checked.
     *
     * @param option whom errors name
     */
    public static RedisUri parse(String option, String url) {
        UrlParts parts = UrlParts.parse(option, url);
        boolean tls = parts.scheme().equals("rediss");
        if (!tls && !parts.scheme().equals("redis")) {
            throw new ConfigurationException(
                    option, UrlParts.redact(url), "is no Redis URL: use redis://host:port/db or rediss://host:port/db");
        }
        return new RedisUri(
                Objects.requireNonNullElse(parts.host(), "localhost"),
                parts.port() == 0 ? 6379 : parts.port(),
                database(option, url, parts),
                parts.user(),
                parts.password(),
                tls ? TlsParameters.of(option, url, parts.query()) : null);
    }

    /** Whether both are the same database of the same server, as far as the addresses tell. */
    public boolean sameDatabaseAs(RedisUri other) {
        return host.equalsIgnoreCase(other.host) && port == other.port && database == other.database;
    }

    private static int database(String option, String url, UrlParts parts) {
        String text = parts.path().isEmpty() ? parts.query().getOrDefault("db", "") : parts.path();
        if (text.isEmpty()) {
            return 0;
        }
        if (!text.matches("[0-9]{1,5}")) {
            throw new ConfigurationException(
                    option, UrlParts.redact(url), "has a path that is no database number: end it with /0");
        }
        return Integer.parseInt(text);
    }

    /** The address without credentials. */
    @Override
    public String toString() {
        return (tls == null ? "redis://" : "rediss://") + host + ":" + port + "/" + database;
    }
}
