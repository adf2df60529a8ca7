package dev.sedano.worker.runtime;

import dev.sedano.worker.ConfigurationException;
import java.util.Locale;

/** Where callers find results. Immutable. */
public sealed interface ResultBackend {
    /** Celery's keys in a Redis database. */
    record Redis(RedisUri uri) implements ResultBackend {
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
     * Reads {@code redis://…}, {@code rediss://…}, {@code rpc://}, {@code disabled} or {@code disabled://}.
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
        if (lower.startsWith("redis://") || lower.startsWith("rediss://")) {
            return new Redis(RedisUri.parse(option, text.strip()));
        }
        throw new ConfigurationException(
                option,
                UrlParts.redact(text),
                "is no supported result backend: use redis://, rediss://, rpc:// or disabled");
    }
}
