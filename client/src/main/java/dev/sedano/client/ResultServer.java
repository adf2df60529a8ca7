package dev.sedano.client;

import dev.sedano.task.client.ResultsException;
import dev.sedano.worker.address.RedisUri;
import dev.sedano.worker.address.StoreUri;
import dev.sedano.worker.address.TlsParameters;
import dev.sedano.worker.tls.TlsFaults;
import dev.sedano.worker.tls.TlsSettings;
import java.time.Duration;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.net.ssl.SSLParameters;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.ConnectionPoolConfig;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.JedisClientConfig;
import redis.clients.jedis.RedisClient;
import redis.clients.jedis.RedisSentinelClient;
import redis.clients.jedis.UnifiedJedis;
import redis.clients.jedis.exceptions.JedisDataException;
import redis.clients.jedis.exceptions.JedisException;

/**
 * The Redis that keeps results, one server or a primary that sentinels name. Nothing is connected before the first use, so
 * that it may be away when a client is made. Says why it does not answer, without user and password. Thread-safe.
 */
final class ResultServer implements AutoCloseable {
    private static final String OPTION = "resultBackend";
    private static final int TIMEOUT_MILLIS = 2_000;
    /** What no waiting cures: a person must correct the URL or the server's users. */
    private static final Pattern REFUSAL = Pattern.compile(
            "(?:^|[-@: ])(NOAUTH|NOPERM|WRONGPASS)\\b|without any password configured|invalid password");

    private final StoreUri uri;
    private final @Nullable TlsSettings tls;
    /** Guarded by this; null = not opened yet. */
    private @Nullable UnifiedJedis open;
    /** Guarded by this. */
    private boolean closed;

    private ResultServer(StoreUri uri, @Nullable TlsSettings tls) {
        this.uri = uri;
        this.tls = tls;
    }

    /** @throws IllegalArgumentException if it cannot keep results, or a file of its TLS is of no use */
    static ResultServer of(String url) {
        StoreUri uri = StoreUri.parse(OPTION, url);
        if (uri.kind() == StoreUri.Kind.CLUSTER) {
            throw new IllegalArgumentException(OPTION + " \"" + uri
                    + "\" is a Redis Cluster, where Celery keeps no results: use redis:// or sentinel://");
        }
        TlsParameters asked = uri.login().tls();
        return new ResultServer(uri, asked == null ? null : asked.checked(OPTION, uri.toString()));
    }

    /**
     * The connections.
     *
     * @throws JedisException if sentinels have to be asked for the primary, and do not tell
     * @throws ResultsException if this is closed
     */
    synchronized UnifiedJedis redis() {
        if (closed) {
            throw closedAlready();
        }
        UnifiedJedis known = open;
        if (known == null) {
            known = uri.kind() == StoreUri.Kind.SENTINEL ? bySentinels() : alone();
            open = known;
        }
        return known;
    }

    synchronized boolean isClosed() {
        return closed;
    }

    static ResultsException closedAlready() {
        return new ResultsException("this client is closed: no result can be read with it", null);
    }

    private UnifiedJedis alone() {
        RedisUri login = uri.login();
        return RedisClient.builder()
                .hostAndPort(login.host(), login.port())
                .clientConfig(settings(login))
                .poolConfig(pool())
                .build();
    }

    private UnifiedJedis bySentinels() {
        return RedisSentinelClient.builder()
                .masterName(uri.service())
                .sentinels(uri.servers().stream()
                        .map(each -> new HostAndPort(each.host(), each.port()))
                        .collect(Collectors.toSet()))
                .sentinelClientConfig(settings(uri.servers().get(0)))
                .clientConfig(settings(uri.login()))
                .poolConfig(pool())
                .build();
    }

    /** Whoever finds all connections in use waits no longer than for an answer. */
    private static ConnectionPoolConfig pool() {
        ConnectionPoolConfig pool = new ConnectionPoolConfig();
        pool.setMaxWait(Duration.ofMillis(TIMEOUT_MILLIS));
        return pool;
    }

    @SuppressWarnings("deprecation") // what replaces it takes files of key stores; ours are PEM
    private JedisClientConfig settings(RedisUri login) {
        DefaultJedisClientConfig.Builder settings = DefaultJedisClientConfig.builder()
                .resp2()
                .timeoutMillis(TIMEOUT_MILLIS)
                .database(login.database())
                .user(login.user())
                .password(login.password());
        if (tls != null) {
            settings.ssl(true).sslSocketFactory(tls.context().getSocketFactory());
            if (tls.verify()) {
                SSLParameters parameters = new SSLParameters();
                parameters.setEndpointIdentificationAlgorithm("HTTPS");
                settings.sslParameters(parameters);
            }
        }
        return settings.build();
    }

    /** Whether the server refuses this user: waiting changes nothing. */
    static boolean isRefusal(ResultsException unanswered) {
        for (Throwable at = unanswered.getCause(); at != null; at = at.getCause()) {
            if (at instanceof JedisDataException
                    && REFUSAL.matcher(String.valueOf(at.getMessage())).find()) {
                return true;
            }
        }
        return false;
    }

    /** What callers are told of a failure: where, why, and what to look at. */
    ResultsException unanswered(JedisException failure) {
        boolean sentinels = uri.kind() == StoreUri.Kind.SENTINEL;
        TlsFaults faults = new TlsFaults(
                uri.toString(),
                tls != null,
                sentinels ? "sentinel://" : "redis://",
                sentinels ? "sentinels://" : "rediss://",
                OPTION);
        String explained =
                tls == null && says(failure, "Unknown reply") ? faults.otherProtocol("Redis") : faults.explain(failure);
        String why = explained == null
                ? failure.getClass().getSimpleName() + ": " + failure.getMessage() + refused(failure)
                        + faults.hint(false, failure)
                : explained;
        return new ResultsException("the result backend " + uri + " does not answer: " + why, failure);
    }

    /** The pool tells only that it has no connection; why is further down. */
    private static String refused(JedisException failure) {
        for (Throwable at = failure.getCause(); at != null; at = at.getCause()) {
            if (at instanceof JedisDataException) {
                return " (" + at.getMessage() + ")";
            }
        }
        return "";
    }

    private static boolean says(Throwable failure, String begin) {
        for (Throwable at = failure; at != null; at = at.getCause()) {
            if (String.valueOf(at.getMessage()).startsWith(begin)) {
                return true;
            }
        }
        return false;
    }

    @Override
    public void close() {
        UnifiedJedis opened;
        synchronized (this) {
            closed = true;
            opened = open;
            open = null;
        }
        if (opened != null) {
            opened.close();
        }
    }
}
