package dev.sedano.worker.idempotency.redis;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.ILoggingEvent;
import dev.sedano.worker.LogCapture;
import dev.sedano.worker.idempotency.StoreException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.Jedis;

/** What the log says a server keeps. */
class StartReportIT {
    private static final Duration DEADLINE = Duration.ofSeconds(2);

    @Test
    void serverWithoutAnything_isWarnedOf() {
        try (LogCapture log = new LogCapture(StartReport.class);
                PrivateRedis redis = new PrivateRedis();
                RedisIdempotencyStore store = open(redis)) {
            Calls.get(store.hello());

            ILoggingEvent told = assertThat(log.events()).singleElement().actual();
            assertThat(told.getLevel()).isEqualTo(Level.WARN);
            assertThat(told.getFormattedMessage()).contains("append-only file off", "nothing is kept");
        }
    }

    @Test
    void serverThatLoads_isReportedAfterwards_withItsAppendOnlyFile() {
        try (PrivateRedis redis = new PrivateRedis("--appendonly", "yes", "--rdbcompression", "no")) {
            try (Jedis admin = redis.client()) {
                for (int i = 0; i < 100; i++) {
                    admin.set("k" + i, "v".repeat(2000));
                }
                // While it loads this part of the file the server answers, if only to refuse.
                admin.bgrewriteaof();
                Awaitility.await()
                        .until(() -> admin.info("persistence")
                                .contains("aof_rewrite_in_progress:0\r\naof_rewrite_scheduled:0"));
            }
            redis.kill();
            redis.restartLoading();

            try (LogCapture log = new LogCapture(StartReport.class);
                    RedisIdempotencyStore store = open(redis)) {
                AtomicInteger refusals = new AtomicInteger();
                Awaitility.await()
                        .pollInterval(Duration.ofMillis(20))
                        .atMost(Duration.ofSeconds(60))
                        .until(() -> store.hello()
                                .handle((status, failure) -> {
                                    if (failure instanceof StoreException refused
                                            && refused.toString().contains("LOADING")) {
                                        refusals.incrementAndGet();
                                    }
                                    return failure == null;
                                })
                                .join());

                assertThat(refusals).hasPositiveValue();
                Calls.get(store.hello());
                ILoggingEvent told = assertThat(log.events()).singleElement().actual();
                assertThat(told.getLevel()).isEqualTo(Level.INFO);
                assertThat(told.getFormattedMessage()).contains("append-only file on");
            }
        }
    }

    private static RedisIdempotencyStore open(PrivateRedis redis) {
        return new RedisIdempotencyStore(
                RedisStoreSettings.builder(redis.uri()).callDeadline(DEADLINE).build());
    }
}
