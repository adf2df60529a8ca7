package dev.sedano.conformance.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * 5,000 tasks, a tenth of them duplicates, flow through two workers while Redis fails: each fault in a run and queue of
 * its own. The workers live through all runs, as they have to.
 */
@Tag("chaos")
@Tag("alone")
class StoreOutageChaosIT {
    private static final String FIVE = "outages-five";
    private static final String LIMITED = "outages-limited";

    private static StoreFleet fleet;

    @BeforeAll
    static void startFleet() {
        Map<String, Map<String, Object>> queues = new LinkedHashMap<>();
        Arrays.stream(StoreFault.values()).forEach(fault -> queues.put(queue(fault), Map.of()));
        queues.put(FIVE, Map.of());
        queues.put(LIMITED, Map.of("x-queue-type", "quorum", "x-delivery-limit", 3));
        fleet = new StoreFleet(queues);
    }

    @AfterAll
    static void stopFleet() {
        fleet.close();
    }

    private static String queue(StoreFault fault) {
        return "outage-" + fault.name().toLowerCase(Locale.ROOT);
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "HALF_OPEN")
    void oneOutage(StoreFault fault) {
        run(queue(fault), List.of(fault));
    }

    @Test
    @EnabledIfEnvironmentVariable(named = "SEDANO_TEST_FULL", matches = "1")
    void halfOpenConnections() {
        run(queue(StoreFault.HALF_OPEN), List.of(StoreFault.HALF_OPEN));
    }

    @Test
    void fiveOutages() {
        run(
                FIVE,
                List.of(
                        StoreFault.FROZEN,
                        StoreFault.RESTARTED,
                        StoreFault.KILLED,
                        StoreFault.RESTARTED,
                        StoreFault.HALF_OPEN));
    }

    /** The broker deletes a message of such a queue at its fourth return. */
    @Test
    void aDeliveryLimitWithoutDeadLetters() {
        run(LIMITED, List.of(StoreFault.FROZEN));
    }

    private static void run(String queue, List<StoreFault> faults) {
        Judgement judgement = new Outages(fleet, queue).flow(faults);
        judgement.always().ranEachKeyOnce().blockedEachCopyAtMost(faults.size());
        assertThat(fleet.sum("sedano_blocks_unreported_total"))
                .as("blocks that nobody can judge")
                .isZero();
        assertThat(fleet.sum("sedano_blocked_total")).as("blocks").isEqualTo(judgement.blocks());
        assertThat(fleet.sum("sedano_false_positives_total"))
                .as("blocks that delayed work")
                .isEqualTo(judgement.falsePositives());
        assertThat(fleet.sum("sedano_false_positive_delay_seconds_count"))
                .as("delays")
                .isEqualTo(judgement.falsePositives());
        assertThat(fleet.sum("sedano_requeues_total", "reason=\"store_unavailable\""))
                .as("returns, of which every one is a block")
                .isLessThanOrEqualTo(judgement.blocks());
    }
}
