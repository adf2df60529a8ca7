package dev.sedano.conformance.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sedano.conformance.harness.TestBroker;
import dev.sedano.services.PrivateRedis;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** 5,000 tasks, a tenth of them duplicates, flow through two workers while Redis fails. */
@Tag("chaos")
class StoreOutageChaosIT {
    @TempDir
    Path folder;

    @ParameterizedTest
    @EnumSource
    void oneOutage(StoreFault fault) {
        run("one-" + fault.name().toLowerCase(Locale.ROOT), Map.of(), List.of(fault));
    }

    @Test
    void fiveOutages() {
        run(
                "five",
                Map.of(),
                List.of(
                        StoreFault.FROZEN,
                        StoreFault.RESTARTED,
                        StoreFault.KILLED,
                        StoreFault.RESTARTED,
                        StoreFault.HALF_OPEN));
    }

    @Test
    void aDeliveryLimitWithoutDeadLetters() {
        run("quorum", Map.of("x-queue-type", "quorum", "x-delivery-limit", 3), List.of(StoreFault.FROZEN));
    }

    private void run(String queue, Map<String, Object> queueArguments, List<StoreFault> faults) {
        try (PrivateRedis redis = PrivateRedis.start();
                StoreProxy proxy = new StoreProxy(redis.port());
                ChaosPublisher publisher = new ChaosPublisher(TestBroker.shared())) {
            publisher.declare(queue, queueArguments);
            List<ChaosWorkerProcess> workers = Stream.of("w1", "w2")
                    .map(node -> new ChaosWorkerProcess.Settings(
                                    node,
                                    folder,
                                    TestBroker.shared().url(),
                                    proxy.redisUrl(),
                                    queue,
                                    4,
                                    30,
                                    Failpoint.NEVER)
                            .start())
                    .toList();
            try {
                workers.forEach(ChaosWorkerProcess::awaitConsuming);
                Outages outages = new Outages(folder, workers, redis, proxy, publisher, queue);
                judge(outages, outages.flow(faults), faults.size());
            } finally {
                workers.forEach(ChaosWorkerProcess::close);
            }
        }
    }

    private static void judge(Outages outages, Judgement judgement, int faults) {
        judgement.always().ranEachKeyOnce().blockedEachCopyAtMost(faults);
        assertThat(outages.sum("sedano_blocks_unreported_total")).isZero();
        assertThat(outages.sum("sedano_blocked_total")).isEqualTo(judgement.blocks());
        assertThat(outages.sum("sedano_false_positives_total")).isEqualTo(judgement.falsePositives());
        assertThat(outages.sum("sedano_requeues_total", "reason=\"store_unavailable\""))
                .as("returns, of which every one is a block")
                .isLessThanOrEqualTo(judgement.blocks());
    }
}
