package dev.sedano.worker.idempotency.redis;

import dev.sedano.worker.idempotency.Durability;
import dev.sedano.worker.idempotency.StoreListener;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * How to reach the store and how careful to be. Immutable; build with {@link #builder(URI)}.
 *
 * @param servers where the store is; credentials are never logged
 * @param namespace part of every key, so that fleets can share a server; letters, digits, {@code _ . -}, at most 64
 * @param callDeadline longest time from the hand-over of a call to its answer or failure
 * @param unsafeWindow how long redelivered copies without record wait after the server changed
 * @param lossHorizon how long they count as lost data after a loss, and how long reports of blocked deliveries are kept
 * @param lease of this worker's claims, by which the store tells an outage from a worker's death; null = as for 30 s
 * @param stateDir where the last known epoch is remembered across restarts; null = nowhere
 * @param queueCapacity calls that may wait on each connection; more fail at once
 * @param durability how many copies of a claim or completion must be confirmed
 * @param partitions over how many hash tags the keys are spread, 1 to 1024; the same for all workers of a namespace
 */
public record RedisStoreSettings(
        RedisServers servers,
        String namespace,
        Duration callDeadline,
        Duration unsafeWindow,
        Duration lossHorizon,
        @Nullable Duration lease,
        @Nullable Path stateDir,
        int queueCapacity,
        StoreListener listener,
        Durability durability,
        int partitions) {
    private static final Pattern NAMESPACE = Pattern.compile("[A-Za-z0-9_.-]{1,64}");

    /** Checks every value. */
    public RedisStoreSettings {
        if (!NAMESPACE.matcher(namespace).matches()) {
            throw new IllegalArgumentException("namespace '" + namespace
                    + "' is not usable in key names: use 1 to 64 letters, digits, '_', '.' or '-'");
        }
        atLeastOneMilli("callDeadline", callDeadline);
        atLeastOneMilli("lossHorizon", lossHorizon);
        if (unsafeWindow.isNegative()) {
            throw new IllegalArgumentException("unsafeWindow " + unsafeWindow + " is negative: use 0 or more");
        }
        if (queueCapacity < 1) {
            throw new IllegalArgumentException("queueCapacity " + queueCapacity + " is too small: use 1 or more");
        }
        if (partitions < 1 || partitions > 1024) {
            throw new IllegalArgumentException("partitions " + partitions + " is out of range: use 1 to 1024");
        }
        if (durability.kind() != Durability.Kind.NONE && durability.within().compareTo(callDeadline) >= 0) {
            throw new IllegalArgumentException("durability " + durability + " waits longer than callDeadline "
                    + callDeadline + ": wait less, or allow each call more");
        }
    }

    /** Starts from the defaults, for one server. */
    public static Builder builder(URI uri) {
        return new Builder(new RedisServers.Standalone(RedisEndpoint.of(uri)));
    }

    /** Starts from the defaults. */
    public static Builder builder(RedisServers servers) {
        return new Builder(servers);
    }

    private static void atLeastOneMilli(String name, Duration value) {
        if (value.toMillis() < 1) {
            throw new IllegalArgumentException(name + " " + value + " is too short: use 1 ms or more");
        }
    }

    /** Without the addresses' credentials. */
    @Override
    public String toString() {
        return "RedisStoreSettings[servers=" + servers + ", namespace=" + namespace + ", callDeadline=" + callDeadline
                + ", unsafeWindow="
                + unsafeWindow + ", lossHorizon=" + lossHorizon + ", lease=" + lease + ", stateDir=" + stateDir
                + ", queueCapacity="
                + queueCapacity + ", durability=" + durability + ", partitions=" + partitions + "]";
    }

    /** Collects settings; not safe for use by several threads. */
    public static final class Builder {
        private final RedisServers servers;
        private String namespace = "sedano";
        private Duration callDeadline = Duration.ofSeconds(1);
        private Duration unsafeWindow = Duration.ofSeconds(10);
        private Duration lossHorizon = Duration.ofDays(7);
        private @Nullable Duration lease;
        private @Nullable Path stateDir;
        private int queueCapacity = 10_000;
        private StoreListener listener = StoreListener.NONE;
        private Durability durability = Durability.NONE;
        private int partitions = 1;

        private Builder(RedisServers servers) {
            this.servers = servers;
        }

        /** Default {@code sedano}. */
        public Builder namespace(String value) {
            namespace = value;
            return this;
        }

        /** Default 1 s. */
        public Builder callDeadline(Duration value) {
            callDeadline = value;
            return this;
        }

        /** Default 10 s. */
        public Builder unsafeWindow(Duration value) {
            unsafeWindow = value;
            return this;
        }

        /** Default 7 d; at least the marker's time to live. */
        public Builder lossHorizon(Duration value) {
            lossHorizon = value;
            return this;
        }

        /** Default null: the fleet's other workers decide, or 30 s. */
        public Builder lease(@Nullable Duration value) {
            lease = value;
            return this;
        }

        /** Default null: the epoch is forgotten when the worker ends. */
        public Builder stateDir(@Nullable Path value) {
            stateDir = value;
            return this;
        }

        /** Default 10,000. */
        public Builder queueCapacity(int value) {
            queueCapacity = value;
            return this;
        }

        /** Default: none. */
        public Builder durability(Durability value) {
            durability = value;
            return this;
        }

        /** Default 1: the keys' names are those of a store without partitions. */
        public Builder partitions(int value) {
            partitions = value;
            return this;
        }

        /** Default: none. */
        public Builder listener(StoreListener value) {
            listener = value;
            return this;
        }

        /**
         * Checks the settings and puts them together.
         *
         * @throws IllegalArgumentException naming the setting, its value and what is allowed
         */
        public RedisStoreSettings build() {
            return new RedisStoreSettings(
                    servers,
                    namespace,
                    callDeadline,
                    unsafeWindow,
                    lossHorizon,
                    lease,
                    stateDir,
                    queueCapacity,
                    listener,
                    durability,
                    partitions);
        }
    }
}
