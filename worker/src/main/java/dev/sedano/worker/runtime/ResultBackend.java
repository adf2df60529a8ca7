package dev.sedano.worker.runtime;

import dev.sedano.worker.ConfigurationException;
import dev.sedano.worker.address.RedisUri;
import dev.sedano.worker.address.StoreUri;
import dev.sedano.worker.address.UrlParts;
import java.util.Locale;

/** Where callers find results. Immutable. */
public sealed interface ResultBackend {
    /** Celery's keys in a Redis database, on one server or a primary that sentinels watch. */
    record Redis(StoreUri uri) implements ResultBackend {
        /** One server. */
        public Redis(RedisUri server) {
            this(StoreUri.of(server));
        }

        @Override
        public String toString() {
            return uri.toString();
        }
    }

    /** A message to the caller's reply queue. */
    record Rpc() implements ResultBackend {
        @Override
        public String toString() {
            return "rpc://";
        }
    }

    /** Nowhere. */
    record Disabled() implements ResultBackend {
        @Override
        public String toString() {
            return "disabled";
        }
    }

    /**
     * Reads {@code redis://…}, {@code rediss://…}, {@code sentinel://…}, {@code rpc://}, {@code disabled} or {@code disabled://}.
     *
     * @param option whom errors name
     */
    static ResultBackend parse(String option, String text) {
        String lower = text.strip().toLowerCase(Locale.ROOT);
        if (lower.equals("disabled") || lower.equals("disabled://")) {
            return new Disabled();
        }
        if (lower.equals("rpc") || lower.startsWith("rpc://")) {
            return new Rpc();
        }
        if (StoreUri.isStore(lower)) {
            StoreUri uri = StoreUri.parse(option, text);
            if (uri.kind() != StoreUri.Kind.CLUSTER) {
                return new Redis(uri);
            }
            throw new ConfigurationException(
                    option,
                    UrlParts.redact(text),
                    "is a cluster, from which Celery's callers cannot read: use redis://, rediss:// or sentinel:// for"
                            + " results, and --idempotency-store for the cluster");
        }
        throw new ConfigurationException(
                option,
                UrlParts.redact(text),
                "is no supported result backend: use redis://, rediss://, sentinel://, rpc:// or disabled");
    }
}
