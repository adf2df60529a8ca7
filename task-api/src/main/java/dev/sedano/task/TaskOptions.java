package dev.sedano.task;

import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How calls of a task are told apart and how long that is remembered. Immutable.
 *
 * @param keyPath where the key is found in the arguments, see {@link Idempotent#key()}; null = no path
 * @param keyExtractor code that finds the key; null = none. At most one of path and extractor is given; without either
 *     the key is the task id
 * @param ttl how long a completed key is remembered; null = the worker's setting
 * @param scope who shares the key: null = this task alone, the same text on several tasks = these tasks together
 * @param onLeaseLost what becomes of a call whose earlier owner vanished in mid-run
 * @param verifier who is asked when {@code onLeaseLost} is {@code ASK}; null otherwise
 * @param maxCrashes runs in a row that may end with the death of their worker before the call is parked; at least 2. The
 *     first may be a claim that never became a run, the others are known to have started: a call that only waited in a
 *     worker that died is never parked for it
 * @param duplicates what becomes of a delivery whose key is completed
 * @param releaseOn exceptions after which the key is free for a later message
 * @param whenStoreDown what becomes of a call when the store cannot be asked
 * @param observe whether everything runs and refusals are only reported
 * @param ignoreResult whether callers get no result unless their message asks for one (Celery's {@code ignore_result})
 * @param retryRule which exceptions lead to another attempt by themselves; null = none (Celery's {@code autoretry_for})
 */
public record TaskOptions(
        @Nullable String keyPath,
        @Nullable KeyExtractor keyExtractor,
        @Nullable Duration ttl,
        @Nullable String scope,
        LeaseLossPolicy onLeaseLost,
        @Nullable OutcomeVerifier verifier,
        int maxCrashes,
        DuplicatePolicy duplicates,
        List<Class<? extends Throwable>> releaseOn,
        StoreDownPolicy whenStoreDown,
        boolean observe,
        boolean ignoreResult,
        @Nullable RetryRule retryRule) {
    /** The task id is the key, remembered as long as the worker's setting says. */
    public static final TaskOptions DEFAULT = builder().build();

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
        if ((onLeaseLost == LeaseLossPolicy.ASK) != (verifier != null)) {
            throw new IllegalArgumentException("onLeaseLost " + onLeaseLost
                    + (verifier == null
                            ? " has nobody to ask: name a verifier"
                            : " does not ask its verifier: use ASK, or leave the verifier out"));
        }
        if (maxCrashes < 2) {
            throw new IllegalArgumentException("maxCrashes " + maxCrashes
                    + " is too small: give 2 or more (the first crash of a worker does not say which of its calls it was),"
                    + " or onLeaseLost PARK to park at the first");
        }
        if (observe && whenStoreDown == StoreDownPolicy.OPEN) {
            throw new IllegalArgumentException(
                    "observe and whenStoreDown OPEN are both given: observe runs everything anyway, leave OPEN out");
        }
        releaseOn = List.copyOf(releaseOn);
    }

    /** A builder with nothing set. */
    public static Builder builder() {
        return new Builder();
    }

    /** Of a method with these annotations; null = it has none of that kind. */
    static TaskOptions of(@Nullable Idempotent annotation, @Nullable AutoRetry autoRetry) {
        Builder options = builder();
        if (autoRetry != null) {
            options.retry(RetryRule.of(autoRetry));
        }
        return annotation == null ? options.build() : options.with(annotation);
    }

    private static OutcomeVerifier instantiate(Class<? extends OutcomeVerifier> type) {
        try {
            var constructor = type.getDeclaredConstructor();
            constructor.setAccessible(true);
            return constructor.newInstance();
        } catch (ReflectiveOperationException | RuntimeException e) {
            throw new IllegalArgumentException(
                    "verify " + type.getName() + " cannot be made: give it a constructor without parameters", e);
        }
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
        private LeaseLossPolicy onLeaseLost = LeaseLossPolicy.WORKER_SETTING;
        private @Nullable OutcomeVerifier verifier;
        private int maxCrashes = 3;
        private DuplicatePolicy duplicates = DuplicatePolicy.ACK;
        private List<Class<? extends Throwable>> releaseOn = List.of();
        private StoreDownPolicy whenStoreDown = StoreDownPolicy.CLOSED;
        private boolean observe;
        private boolean ignoreResult;
        private @Nullable RetryRule retryRule;

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

        /** What becomes of a call whose earlier owner vanished in mid-run; for {@code ASK} use {@link #verifier}. */
        public Builder onLeaseLost(LeaseLossPolicy policy) {
            this.onLeaseLost = policy;
            return this;
        }

        /** Asks {@code asked} about calls whose earlier owner vanished in mid-run. */
        public Builder verifier(OutcomeVerifier asked) {
            this.onLeaseLost = LeaseLossPolicy.ASK;
            this.verifier = asked;
            return this;
        }

        /** How many runs in a row may end with the death of their worker before the call is parked; at least 2. */
        public Builder maxCrashes(int runs) {
            this.maxCrashes = runs;
            return this;
        }

        /** What becomes of a delivery whose key is completed. */
        public Builder duplicates(DuplicatePolicy policy) {
            this.duplicates = policy;
            return this;
        }

        /** Frees the key after these exceptions, for a later message with the same explicit key. */
        public Builder releaseOn(List<Class<? extends Throwable>> exceptions) {
            this.releaseOn = exceptions;
            return this;
        }

        /** What becomes of a call when the store cannot be asked. */
        public Builder whenStoreDown(StoreDownPolicy policy) {
            this.whenStoreDown = policy;
            return this;
        }

        /** Runs everything and only reports what would have been refused. */
        public Builder observe(boolean only) {
            this.observe = only;
            return this;
        }

        /** Stores no result unless the caller's message asks for one. */
        public Builder ignoreResult(boolean ignore) {
            this.ignoreResult = ignore;
            return this;
        }

        /** Tries the task again by itself after some exceptions. */
        public Builder retry(RetryRule rule) {
            this.retryRule = rule;
            return this;
        }

        private TaskOptions with(Idempotent annotation) {
            if (!annotation.key().isEmpty()) {
                key(annotation.key());
            }
            if (!annotation.ttl().isEmpty()) {
                ttl(parseTtl(annotation.ttl()));
            }
            if (!annotation.scope().isEmpty()) {
                scope(annotation.scope());
            }
            this.onLeaseLost = annotation.onLeaseLost();
            if (annotation.verify() != OutcomeVerifier.None.class) {
                this.verifier = instantiate(annotation.verify());
            }
            return maxCrashes(annotation.maxCrashes())
                    .duplicates(annotation.duplicates())
                    .releaseOn(List.of(annotation.releaseOn()))
                    .whenStoreDown(annotation.whenStoreDown())
                    .observe(annotation.observe())
                    .build();
        }

        /**
         * The options.
         *
         * @throws IllegalArgumentException if the options contradict each other or are out of range
         */
        public TaskOptions build() {
            return new TaskOptions(
                    keyPath,
                    keyExtractor,
                    ttl,
                    scope,
                    onLeaseLost,
                    verifier,
                    maxCrashes,
                    duplicates,
                    releaseOn,
                    whenStoreDown,
                    observe,
                    ignoreResult,
                    retryRule);
        }
    }
}
