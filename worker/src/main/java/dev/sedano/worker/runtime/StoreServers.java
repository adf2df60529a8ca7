package dev.sedano.worker.runtime;

import dev.sedano.worker.ConfigurationException;
import dev.sedano.worker.idempotency.redis.RedisEndpoint;
import dev.sedano.worker.idempotency.redis.RedisServers;
import dev.sedano.worker.idempotency.redis.StoreTls;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** From addresses as people write them to servers as the store wants them. */
final class StoreServers {
    private static final Logger LOG = LoggerFactory.getLogger(StoreServers.class);

    private final String option;
    private final StoreUri uri;

    private StoreServers(String option, StoreUri uri) {
        this.option = option;
        this.uri = uri;
    }

    /** Reads the certificates once; throws ConfigurationException naming {@code option} if they are not usable. */
    static RedisServers of(String option, StoreUri uri) {
        return new StoreServers(option, uri).servers();
    }

    private RedisServers servers() {
        StoreTls tls = tls(uri.login().tls());
        List<RedisEndpoint> servers =
                uri.servers().stream().map(each -> endpoint(each, tls)).toList();
        return switch (uri.kind()) {
            case STANDALONE -> new RedisServers.Standalone(servers.get(0));
            case SENTINEL -> new RedisServers.Sentinels(servers, uri.service(), endpoint(uri.login(), tls));
            case CLUSTER -> new RedisServers.Cluster(servers);
        };
    }

    private static RedisEndpoint endpoint(RedisUri redis, @Nullable StoreTls tls) {
        return new RedisEndpoint(redis.host(), redis.port(), redis.database(), redis.user(), redis.password(), tls);
    }

    private @Nullable StoreTls tls(RedisUri.@Nullable Tls asked) {
        if (asked == null) {
            return null;
        }
        try {
            StoreTls tls = new StoreTls(
                    asked.verify(), path(asked.caFile()), path(asked.certificateFile()), path(asked.keyFile()));
            tls.check();
            if (!asked.verify()) {
                LOG.warn("{}: ssl_cert_reqs=none, so anybody in between can pose as the server at {}", option, uri);
            }
            return tls;
        } catch (IllegalArgumentException e) {
            throw new ConfigurationException(option, uri.toString(), String.valueOf(e.getMessage()), e);
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
