package dev.sedano.worker.runtime;

import dev.sedano.worker.ConfigurationException;
import dev.sedano.worker.address.RedisUri;
import dev.sedano.worker.address.StoreUri;
import dev.sedano.worker.address.UrlParts;
import dev.sedano.worker.protocol.ResultKeys;
import java.util.Locale;

/** Where callers find results. Immutable. */
public sealed interface ResultBackend {
    /**
     * Celery's keys in a Redis database, on one server or a primary that sentinels watch.
     *
     * @param keys what results are called there
     */
    record Redis(StoreUri uri, ResultKeys keys) implements ResultBackend {
        /** One server, without a prefix. */
        public Redis(RedisUri server) {
            this(StoreUri.of(server), ResultKeys.PLAIN);
        }

        @Override
        public ResultBackend with(ResultKeys names) {
            return new Redis(uri, names);
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

    /** The same with other names of results, where results have names. */
    default ResultBackend with(ResultKeys names) {
        return this;
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
                return new Redis(uri, ResultKeys.PLAIN);
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
