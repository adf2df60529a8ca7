package dev.sedano.worker.rabbitmq;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What is consumed when queues are cancelled and added at run time. */
class WantedQueuesTest {
    private static final QueueBinding NEWS = new QueueBinding("news", "news", "topic", "news.#");
    private static final QueueBinding LATE =
            new QueueBinding("late", "jobs", "direct", "late", false, Map.of("x-max-priority", 10));
    private static final QueueBinding PLAIN = QueueBinding.of("plain");

    private final WantedQueues wanted = new WantedQueues(List.of(NEWS, PLAIN), List.of(NEWS, LATE));

    @Test
    void aConfiguredQueueThatWasCancelled_isAddedAsTheSettingsDefineIt() {
        wanted.remove("news");

        assertThat(wanted.add(QueueBinding.of("news"))).isTrue();

        assertThat(wanted.all()).containsExactly(PLAIN, NEWS);
        assertThat(wanted.isAdded(NEWS)).isTrue();
        assertThat(wanted.isDefined(NEWS)).isTrue();
        assertThat(wanted.isNameOnly(NEWS)).isFalse();
    }

    @Test
    void aDefinedQueueThatWasNotConsumed_isAddedAsTheSettingsDefineIt_whateverElseIsGiven() {
        assertThat(wanted.add(new QueueBinding("late", "other", "fanout", "x"))).isTrue();

        assertThat(wanted.all()).containsExactly(NEWS, PLAIN, LATE);
    }

    @Test
    void ofAConfiguredName_nothingMoreIsKnownWhenItComesBack() {
        wanted.remove("plain");

        wanted.add(new QueueBinding("plain", "other", "topic", "#"));

        assertThat(wanted.all()).containsExactly(NEWS, PLAIN);
        assertThat(wanted.isNameOnly(PLAIN)).isTrue();
    }

    @Test
    void aQueueThatTheSettingsDoNotKnow_isAddedAsGiven_andOnce() {
        QueueBinding extra = new QueueBinding("extra", "x", "topic", "a.#");

        assertThat(wanted.add(extra)).isTrue();
        assertThat(wanted.add(QueueBinding.of("extra"))).isFalse();

        assertThat(wanted.all()).containsExactly(NEWS, PLAIN, extra);
        assertThat(wanted.isNameOnly(extra)).isFalse();
        assertThat(wanted.isDefined(extra)).isFalse();
    }
}
