package dev.sedano.task;

import java.time.Duration;
import java.time.format.DateTimeParseException;
import org.jspecify.annotations.Nullable;

/**
 * How calls of a task are told apart and how long that is remembered. Immutable.
 *
 * @param keyPath where the key is found in the arguments, see {@link Idempotent#key()}; null = no path
 * @param keyExtractor code that finds the key; null = none. At most one of path and extractor is given; without either
 *     the key is the task id
 * @param ttl how long a completed key is remembered; null = the worker's setting
 * @param scope who shares the key: null = this task alone, the same text on several tasks = these tasks together
 */
public record TaskOptions(
        @Nullable String keyPath,
        @Nullable KeyExtractor keyExtractor,
        @Nullable Duration ttl,
        @Nullable String scope) {
    /** The task id is the key, remembered as long as the worker's setting says. */
    public static final TaskOptions DEFAULT = new TaskOptions(null, null, null, null);

    /**
     * Checks the options.
     *
     * @throws IllegalArgumentException naming the option, its value and the cure
     */
    public TaskOptions {
        if (keyPath != null && keyExtractor != null) {
            throw new IllegalArgumentException(
                    "key path \"" + keyPath + "\" and a key extractor are both given: keep one of them");
        }
        if (keyPath != null) {
            KeyPath.parse(keyPath);
        }
        if (ttl != null && ttl.toMillis() < 1) {
            throw new IllegalArgumentException("ttl " + ttl + " is not positive: give a time such as P7D");
        }
        if (scope != null && scope.isBlank()) {
            throw new IllegalArgumentException("scope \"" + scope + "\" is blank: name it, or leave it out");
        }
    }

    /** A builder with nothing set. */
    public static Builder builder() {
        return new Builder();
    }

    static TaskOptions of(Idempotent annotation) {
        return new TaskOptions(
                annotation.key().isEmpty() ? null : annotation.key(),
                null,
                annotation.ttl().isEmpty() ? null : parseTtl(annotation.ttl()),
                annotation.scope().isEmpty() ? null : annotation.scope());
    }

    private static Duration parseTtl(String text) {
        try {
            return Duration.parse(text);
        } catch (DateTimeParseException e) {
            throw new IllegalArgumentException(
                    "ttl \"" + text
                            + "\" is not an ISO-8601 duration: write P7D for seven days, PT12H for twelve hours",
                    e);
        }
    }

    /** Collects options. Not thread-safe. */
    public static final class Builder {
        private @Nullable String keyPath;
        private @Nullable KeyExtractor keyExtractor;
        private @Nullable Duration ttl;
        private @Nullable String scope;

        private Builder() {}

        /**
         * Reads the key from the arguments. For a handler without named parameters the path starts with a keyword
         * argument's name or with a position, such as {@code order.id} or {@code 0.id}.
         */
        public Builder key(String path) {
            this.keyPath = path;
            return this;
        }

        /** Reads the key with code. */
        public Builder key(KeyExtractor extractor) {
            this.keyExtractor = extractor;
            return this;
        }

        /** How long a completed key is remembered; positive. */
        public Builder ttl(Duration time) {
            this.ttl = time;
            return this;
        }

        /** Shares the keys with all tasks of the same scope. */
        public Builder scope(String name) {
            this.scope = name;
            return this;
        }

        /**
         * The options.
         *
         * @throws IllegalArgumentException if the options contradict each other or are out of range
         */
        public TaskOptions build() {
            return new TaskOptions(keyPath, keyExtractor, ttl, scope);
        }
    }
}
