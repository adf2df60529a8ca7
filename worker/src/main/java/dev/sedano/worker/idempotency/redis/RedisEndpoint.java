package dev.sedano.worker.idempotency.redis;

import dev.sedano.worker.tls.TlsSettings;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Where a server is and how to log in. Immutable; its text never shows user and password.
 *
 * @param database 0 and up
 * @param user null = the default user
 * @param password null = none
 * @param tls null = no TLS
 */
public record RedisEndpoint(
        String host,
        int port,
        int database,
        @Nullable String user,
        @Nullable String password,
        @Nullable TlsSettings tls) {
    private static final String FORM = "use redis[s]://[user:password@]host[:port][/database]";

    /**
     * Reads {@code redis[s]://[user:password@]host[:port][/database]}.
     *
     * @throws IllegalArgumentException saying what is wrong, without credentials
     */
    public static RedisEndpoint of(URI uri) {
        String scheme = uri.getScheme();
        boolean tls = "rediss".equals(scheme);
        if (!tls && !"redis".equals(scheme)) {
            throw new IllegalArgumentException("store URL has the scheme '" + scheme + "': " + FORM);
        }
        String host = uri.getHost();
        if (host == null) {
            throw new IllegalArgumentException("store URL names no host: " + FORM);
        }
        String bare = host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
        String user = null;
        String password = null;
        String info = uri.getRawUserInfo();
        if (info != null) {
            int colon = info.indexOf(':');
            String name = decoded(colon < 0 ? "" : info.substring(0, colon));
            user = name.isEmpty() ? null : name;
            password = decoded(info.substring(colon + 1));
        }
        return new RedisEndpoint(
                bare,
                uri.getPort() < 0 ? 6379 : uri.getPort(),
                database(uri.getPath()),
                user,
                password,
                tls ? TlsSettings.PLATFORM : null);
    }

    /** The same login at another server. */
    RedisEndpoint at(String otherHost, int otherPort) {
        return new RedisEndpoint(otherHost, otherPort, database, user, password, tls);
    }

    /** {@code host:port}. */
    String address() {
        return host + ":" + port;
    }

    private static int database(@Nullable String path) {
        if (path == null || path.length() < 2) {
            return 0;
        }
        try {
            return Integer.parseUnsignedInt(path.substring(1));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("store URL has the database '" + path.substring(1) + "': " + FORM, e);
        }
    }

    private static String decoded(String text) {
        // URLDecoder is for forms, where '+' is a space; in user information it is a plus.
        return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    }

    @Override
    public String toString() {
        return (tls == null ? "redis://" : "rediss://") + address() + "/" + database;
    }
}
