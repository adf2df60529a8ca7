package dev.sedano.worker.runtime;

import dev.sedano.worker.address.RedisUri;
import dev.sedano.worker.address.StoreUri;
import dev.sedano.worker.address.TlsParameters;
import dev.sedano.worker.idempotency.redis.RedisEndpoint;
import dev.sedano.worker.idempotency.redis.RedisServers;
import dev.sedano.worker.tls.TlsSettings;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** From addresses as people write them to servers as the store wants them. */
final class StoreServers {
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
        TlsParameters asked = uri.login().tls();
        TlsSettings tls = asked == null ? null : asked.checked(option, uri.toString());
        List<RedisEndpoint> servers =
                uri.servers().stream().map(each -> endpoint(each, tls)).toList();
        return switch (uri.kind()) {
            case STANDALONE -> new RedisServers.Standalone(servers.get(0));
            case SENTINEL -> new RedisServers.Sentinels(servers, uri.service(), endpoint(uri.login(), tls));
            case CLUSTER -> new RedisServers.Cluster(servers);
        };
    }

    private static RedisEndpoint endpoint(RedisUri redis, @Nullable TlsSettings tls) {
        return new RedisEndpoint(redis.host(), redis.port(), redis.database(), redis.user(), redis.password(), tls);
    }
}
