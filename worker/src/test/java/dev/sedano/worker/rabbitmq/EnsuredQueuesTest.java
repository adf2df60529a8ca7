package dev.sedano.worker.rabbitmq;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What becomes of a queue that cannot be consumed. */
class EnsuredQueuesTest {
    private static final QueueBinding OWN = QueueBinding.of("own");
    private static final QueueBinding EXTRA = new QueueBinding("extra", "x", "topic", "a.#", true, Map.of());
    private final IOException refusal = new IOException("NOT_FOUND");

    private long now;
    private final WantedQueues wanted = new WantedQueues(List.of(OWN), List.of());
    private final BrokerSettings settings = new BrokerSettings(
            List.of(),
            "w@h",
            List.of(OWN),
            List.of(),
            BrokerSettings.TopologyMode.DECLARE,
            1,
            1,
            512,
            20,
            false,
            Duration.ofDays(7));
    private final EnsuredQueues queues =
            new EnsuredQueues(wanted, new KnownQueues(new DeliveryLimits(20), Duration.ofDays(7)), settings, () -> now);

    @Test
    void anAddedQueueThatNeverCouldBeConsumed_isForgotten() {
        wanted.add(EXTRA);

        assertThat(queues.leaves(EXTRA, true, refusal)).isTrue();

        assertThat(wanted.all()).containsExactly(OWN);
    }

    @Test
    void oneThatWasConsumed_isTriedAgain_andLeftAloneMeanwhile() {
        wanted.add(EXTRA);
        queues.consumed(EXTRA);
        queues.forget();
        assertThat(queues.isDue("extra")).isTrue();

        assertThat(queues.leaves(EXTRA, true, refusal)).isTrue();

        assertThat(wanted.all()).containsExactly(OWN, EXTRA);
        queues.forget();
        assertThat(queues.isDue("extra")).isFalse();
        assertThat(queues.isDue("own")).isTrue();
        now += EnsuredQueues.PAUSE.toNanos();
        assertThat(queues.isDue("extra")).isTrue();
        assertThat(queues.leaves(EXTRA, true, refusal)).as("again").isTrue();
        assertThat(queues.isDue("extra")).isFalse();

        queues.consumed(EXTRA);
        assertThat(queues.isDue("extra")).isTrue();
    }

    @Test
    void aQueueOfTheSettings_andALostConnection_areNotLeft() {
        wanted.add(EXTRA);

        assertThat(queues.leaves(OWN, true, refusal)).isFalse();
        assertThat(queues.leaves(EXTRA, false, refusal)).isFalse();

        assertThat(wanted.all()).containsExactly(OWN, EXTRA);
    }
}
