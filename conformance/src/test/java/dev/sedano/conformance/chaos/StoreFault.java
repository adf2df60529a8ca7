package dev.sedano.conformance.chaos;

import dev.sedano.services.PrivateRedis;
import java.time.Duration;

/** A way for Redis to fail and to come back. */
enum StoreFault {
    /** kill -9; its append-only file brings everything back. */
    KILLED(true) {
        @Override
        void begin(PrivateRedis redis, StoreProxy proxy) {
            redis.kill();
        }

        @Override
        void end(PrivateRedis redis, StoreProxy proxy) {
            redis.restart();
        }
    },
    /** SIGSTOP: connections stay open, calls may be executed later. */
    FROZEN(true) {
        @Override
        void begin(PrivateRedis redis, StoreProxy proxy) {
            redis.freeze();
        }

        @Override
        void end(PrivateRedis redis, StoreProxy proxy) {
            redis.thaw();
        }
    },
    /** Every reply takes 2 s: scripts run and their replies come too late. */
    SLOW(true) {
        @Override
        void begin(PrivateRedis redis, StoreProxy proxy) {
            proxy.latency(Duration.ofSeconds(2));
        }

        @Override
        void end(PrivateRedis redis, StoreProxy proxy) {
            proxy.mend();
        }
    },
    /** The network: requests arrive and are executed, replies never come. */
    HALF_OPEN(true) {
        @Override
        void begin(PrivateRedis redis, StoreProxy proxy) {
            proxy.swallowReplies(true);
        }

        @Override
        void end(PrivateRedis redis, StoreProxy proxy) {
            proxy.mend();
        }
    },
    /** Stopped in order and started at once. */
    RESTARTED(false) {
        @Override
        void begin(PrivateRedis redis, StoreProxy proxy) {
            redis.stop();
        }

        @Override
        void end(PrivateRedis redis, StoreProxy proxy) {
            redis.restart();
        }
    };

    private final boolean lasts;

    StoreFault(boolean lasts) {
        this.lasts = lasts;
    }

    /** Whether it goes on until it is ended, long enough to watch the workers wait. */
    boolean lasts() {
        return lasts;
    }

    abstract void begin(PrivateRedis redis, StoreProxy proxy);

    abstract void end(PrivateRedis redis, StoreProxy proxy);
}
