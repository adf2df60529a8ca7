package dev.sedano.worker.rabbitmq;

import static org.assertj.core.api.Assertions.assertThat;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Method;
import com.rabbitmq.client.ShutdownSignalException;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What becomes of a queue that cannot be consumed. */
class EnsuredQueuesTest {
    private static final QueueBinding OWN = QueueBinding.of("own");
    private static final QueueBinding EXTRA = new QueueBinding("extra", "x", "topic", "a.#", true, Map.of());
    private final Exception refusal = channelClose(403, 60, 20);

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

    /** As the client throws it. */
    private static Exception channelClose(int code, int classId, int methodId) {
        return thrown(
                false,
                new AMQP.Channel.Close.Builder()
                        .replyCode(code)
                        .replyText("REFUSED")
                        .classId(classId)
                        .methodId(methodId)
                        .build());
    }

    private static Exception connectionClose(int code, int classId, int methodId) {
        return thrown(
                true,
                new AMQP.Connection.Close.Builder()
                        .replyCode(code)
                        .replyText("REFUSED")
                        .classId(classId)
                        .methodId(methodId)
                        .build());
    }

    private static Exception thrown(boolean hard, Method reason) {
        return new IOException(new ShutdownSignalException(hard, false, reason, new Object()));
    }

    private boolean isWanted() {
        return wanted.contains("extra");
    }

    private void awaitDue(Duration pause) {
        queues.forget();
        now += pause.toNanos() - 1;
        assertThat(queues.isDue("extra")).isFalse();
        assertThat(queues.isDue("own")).isTrue();
        now++;
        assertThat(queues.isDue("extra")).isTrue();
    }

    @Test
    void anAddedQueueThatNeverCouldBeConsumed_isForgotten() {
        wanted.add(EXTRA);

        queues.refused(EXTRA, refusal);

        assertThat(wanted.all()).containsExactly(OWN);
    }

    @Test
    void oneThatWasConsumed_isTriedLessAndLessOften() {
        wanted.add(EXTRA);
        queues.consumed(EXTRA);
        queues.forget();
        assertThat(queues.isDue("extra")).isTrue();

        Duration pause = EnsuredQueues.PAUSE;
        for (int i = 0; i < 100; i++) {
            queues.refused(EXTRA, refusal);
            awaitDue(pause);
            pause = pause.multipliedBy(2);
            if (pause.compareTo(EnsuredQueues.LONGEST_PAUSE) > 0) {
                pause = EnsuredQueues.LONGEST_PAUSE;
            }
        }
        assertThat(wanted.all()).containsExactly(OWN, EXTRA);
    }

    @Test
    void consumedForAMoment_isNoReasonToTryItOftenAgain_consumedForLongIs() {
        wanted.add(EXTRA);
        queues.consumed(EXTRA);
        queues.refused(EXTRA, refusal);
        awaitDue(EnsuredQueues.PAUSE);

        queues.consumed(EXTRA);
        assertThat(queues.isDue("extra")).isTrue();
        now += EnsuredQueues.LONGEST_PAUSE.toNanos() - 1;
        queues.consumed(EXTRA);
        queues.refused(EXTRA, refusal);
        awaitDue(EnsuredQueues.PAUSE.multipliedBy(2));

        queues.consumed(EXTRA);
        now += EnsuredQueues.LONGEST_PAUSE.toNanos();
        queues.consumed(EXTRA);
        queues.refused(EXTRA, refusal);
        awaitDue(EnsuredQueues.PAUSE);
    }

    @Test
    void theFaultsOfOthers_areNoReasonToForgetIt() {
        wanted.add(EXTRA);
        Duration pause = EnsuredQueues.PAUSE;
        for (Exception other : List.of(
                new IOException("no answer within 10 s"),
                channelClose(406, 0, 0),
                channelClose(406, 60, 80),
                connectionClose(AMQP.CONNECTION_FORCED, 0, 0),
                connectionClose(501, 60, 80))) {
            queues.refused(EXTRA, other);
            assertThat(isWanted()).isTrue();
            awaitDue(pause);
            pause = pause.multipliedBy(2);
        }
        queues.refused(EXTRA, refusal);
        assertThat(isWanted()).isFalse();
    }

    @Test
    void aConnectionThatEndsOverIt_isTheReasonForAPause_andTheSecondToForgetIt() {
        for (Exception ending :
                List.of(connectionClose(541, 50, 10), connectionClose(541, 0, 0), connectionClose(503, 40, 10))) {
            wanted.add(EXTRA);
            queues.refused(EXTRA, ending);
            assertThat(isWanted()).isTrue();
            awaitDue(EnsuredQueues.PAUSE);
            queues.refused(EXTRA, ending);
            assertThat(isWanted()).isFalse();
        }
    }

    @Test
    void oneThatWasConsumed_isNeverForgotten() {
        wanted.add(EXTRA);
        queues.consumed(EXTRA);
        for (int i = 0; i < 5; i++) {
            queues.refused(EXTRA, connectionClose(541, 50, 10));
        }
        assertThat(isWanted()).isTrue();
    }

    @Test
    void aQueueOfTheSettings_isNeverLeft() {
        queues.refused(OWN, refusal);
        queues.refused(OWN, connectionClose(541, 50, 10));

        assertThat(wanted.all()).containsExactly(OWN);
        assertThat(queues.isDue("own")).isTrue();
    }
}
