package dev.sedano.worker.address;

import dev.sedano.worker.ConfigurationException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Where completion markers are kept: one server, a primary that sentinels watch, or a cluster. Immutable; {@code toString}
 * leaves out users and passwords.
 *
 * @param servers the server; or the sentinels; or some nodes of the cluster
 * @param service the sentinels' name for the primary; empty for the other kinds
 * @param login database, user, password and TLS of the servers that keep the data
 */
public record StoreUri(Kind kind, List<RedisUri> servers, String service, RedisUri login) {
    private static final int SENTINEL_PORT = 26_379;
    private static final String FORMS =
            "use redis://[user:password@]host:port/db, sentinel://h1:26379,h2:26379/service/db"
                    + " or redis+cluster://h1:6379,h2:6379; with TLS rediss://, sentinels:// or rediss+cluster://";

    /** Arrangements of servers. */
    public enum Kind {
        /** One server. */
        STANDALONE,
        /** Sentinels name the primary. */
        SENTINEL,
        /** Slots are spread over primaries. */
        CLUSTER
    }

    /** Checks that somebody can be asked. */
    public StoreUri {
        servers = List.copyOf(servers);
        if (servers.isEmpty()) {
            throw new IllegalArgumentException("a store has at least one server");
        }
    }

    /** One server. */
    public static StoreUri of(RedisUri server) {
        return new StoreUri(Kind.STANDALONE, List.of(server), "", server);
    }

    /** Whether {@code url} is one that {@link #parse} reads. */
    public static boolean isStore(String url) {
        return kind(scheme(url)) != null;
    }

    /**
     * Reads {@code redis://…}, {@code sentinel://h1:p,h2:p/service/db} or {@code redis+cluster://h1:p,h2:p}, and Celery's
     * {@code sentinel://h1:p;sentinel://h2:p/db?master_name=service}. The login before the first host is the data servers';
     * sentinels have their own as {@code sentinel_username} and {@code sentinel_password}, as in Celery's sentinel_kwargs.
     *
     * @param option whom errors name
     */
    public static StoreUri parse(String option, String url) {
        String text = url.strip();
        Kind kind = kind(scheme(text));
        if (kind == null) {
            throw new ConfigurationException(
                    option, UrlParts.redact(url), "is no store that can keep markers: " + FORMS);
        }
        if (kind == Kind.STANDALONE) {
            return of(RedisUri.parse(option, text));
        }
        HostList list = HostList.split(text);
        UrlParts parts = UrlParts.parse(option, list.withHost(list.hosts().get(0)));
        boolean tls = scheme(text).equals("sentinels") || scheme(text).equals("rediss+cluster");
        TlsParameters secured = tls ? TlsParameters.of(option, url, parts.query()) : null;
        List<RedisUri> servers = new ArrayList<>();
        for (String host : list.hosts()) {
            UrlParts one = UrlParts.parse(option, list.withHost(host));
            int usual = kind == Kind.SENTINEL ? SENTINEL_PORT : 6379;
            String user = kind == Kind.SENTINEL ? parts.query().get("sentinel_username") : parts.user();
            String password = kind == Kind.SENTINEL ? parts.query().get("sentinel_password") : parts.password();
            servers.add(new RedisUri(
                    one.host() == null ? "localhost" : one.host(),
                    one.port() == 0 ? usual : one.port(),
                    0,
                    user,
                    password,
                    secured));
        }
        Path path = kind == Kind.SENTINEL ? path(option, url, parts) : cluster(option, url, parts);
        RedisUri first = servers.get(0);
        RedisUri login =
                new RedisUri(first.host(), first.port(), path.database(), parts.user(), parts.password(), secured);
        return new StoreUri(kind, servers, path.service(), login);
    }

    /** Whether both are surely the same database, and one script can use all of its keys. */
    public boolean sameDatabaseAs(StoreUri other) {
        if (kind != other.kind || kind == Kind.CLUSTER) {
            return false;
        }
        return kind == Kind.STANDALONE
                ? login.sameDatabaseAs(other.login)
                : service.equals(other.service)
                        && login.database() == other.login.database()
                        && servers.stream()
                                .anyMatch(each -> other.servers.stream().anyMatch(each::sameDatabaseAs));
    }

    private record Path(String service, int database) {}

    private static Path cluster(String option, String url, UrlParts parts) {
        if (!parts.path().isEmpty() && !parts.path().equals("0")) {
            throw new ConfigurationException(
                    option,
                    UrlParts.redact(url),
                    "names a database: a Redis Cluster has database 0 only, leave /N out");
        }
        return new Path("", 0);
    }

    /** {@code service/db} or {@code service}; or, as Celery writes it, {@code db} with the service as master_name. */
    private static Path path(String option, String url, UrlParts parts) {
        String named = parts.query().getOrDefault("master_name", "");
        String[] segments = parts.path().split("/", -1);
        boolean databaseAlone = segments.length == 1 && (segments[0].isEmpty() || segments[0].matches("[0-9]{1,5}"));
        String service = databaseAlone ? named : segments[0];
        if (service.isEmpty()) {
            throw new ConfigurationException(
                    option,
                    UrlParts.redact(url),
                    "does not say which service the sentinels watch: write sentinel://h1:26379,h2:26379/SERVICE/db, or add"
                            + " ?master_name=SERVICE, Celery's master_name of the transport options");
        }
        String database = databaseAlone ? segments[0] : segments.length > 1 ? segments[1] : "";
        if (segments.length > 2 || !database.matches("[0-9]{0,5}")) {
            throw new ConfigurationException(
                    option, UrlParts.redact(url), "does not end with /SERVICE/db, db being a number: correct its path");
        }
        return new Path(service, database.isEmpty() ? 0 : Integer.parseInt(database));
    }

    private static @Nullable Kind kind(String scheme) {
        return switch (scheme) {
            case "redis", "rediss" -> Kind.STANDALONE;
            case "sentinel", "sentinels" -> Kind.SENTINEL;
            case "redis+cluster", "rediss+cluster" -> Kind.CLUSTER;
            default -> null;
        };
    }

    private static String scheme(String url) {
        int colon = url.strip().indexOf("://");
        return colon < 0 ? "" : url.strip().substring(0, colon).toLowerCase(Locale.ROOT);
    }

    /** The addresses without credentials. */
    @Override
    public String toString() {
        if (kind == Kind.STANDALONE) {
            return login.toString();
        }
        String scheme = kind == Kind.SENTINEL ? "sentinel" : "redis+cluster";
        String hosts =
                servers.stream().map(each -> each.host() + ":" + each.port()).collect(Collectors.joining(","));
        return scheme + "://" + hosts + (kind == Kind.SENTINEL ? "/" + service + "/" + login.database() : "");
    }
}
