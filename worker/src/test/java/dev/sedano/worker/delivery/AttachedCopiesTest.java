package dev.sedano.worker.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sedano.worker.idempotency.StoreException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/** A handler outlives its channel, and its message is delivered again to the same worker. */
class AttachedCopiesTest {
    private final CountDownLatch finish = new CountDownLatch(1);
    private final RecordingChannel next = new RecordingChannel();

    private PipelineFixture running() {
        PipelineFixture test = new PipelineFixture((context, call) -> {
            finish.await();
            return 1;
        });
        test.pipeline.accept(test.delivery("a"));
        await().until(() -> test.runs.size() == 1);
        return test;
    }

    private static void lose(PipelineFixture test, RecordingChannel channel) {
        channel.open = false;
        test.pipeline.inFlight().channelGone(channel);
    }

    private static Delivery again(PipelineFixture test, RecordingChannel channel) {
        Delivery copy = test.delivery("a");
        return new Delivery(
                copy.queue(),
                copy.exchange(),
                copy.routingKey(),
                copy.tag(),
                true,
                copy.properties(),
                copy.body(),
                channel);
    }

    @Test
    void redelivered_waitsForTheRun_andIsAckedOnItsOwnChannel() {
        try (PipelineFixture test = running()) {
            lose(test, test.channel);
            test.pipeline.accept(again(test, next));
            finish.countDown();

            await().until(() -> !next.settled.isEmpty());
            assertThat(next.reasons()).containsExactly("ack attached");
            assertThat(test.runs).containsExactly("a");
            assertThat(test.counts.duplicates).isEmpty();
            assertThat(test.pipeline.inFlight().size()).isZero();
        }
    }

    @Test
    void redeliveredTwice_theNewestIsAcked() {
        RecordingChannel third = new RecordingChannel();
        try (PipelineFixture test = running()) {
            lose(test, test.channel);
            test.pipeline.accept(again(test, next));
            lose(test, next);
            test.pipeline.accept(again(test, third));
            finish.countDown();

            await().until(() -> !third.settled.isEmpty());
            assertThat(third.reasons()).containsExactly("ack attached");
            assertThat(next.settled).isEmpty();
            assertThat(test.pipeline.inFlight().size()).isZero();
        }
    }

    @Test
    void theCopyOfARun_leavesNoRoomForOthers_furtherOnesDo() {
        RecordingChannel third = new RecordingChannel();
        try (PipelineFixture test = running()) {
            InFlight inFlight = test.pipeline.inFlight();
            lose(test, test.channel);
            test.pipeline.accept(again(test, next));
            assertThat(inFlight.held("celery"))
                    .as("its handler's slot is taken")
                    .isZero();
            assertThat(inFlight.runnable()).isEqualTo(1);

            test.pipeline.accept(again(test, next));
            assertThat(inFlight.held("celery")).isEqualTo(1);
            assertThat(inFlight.held("other")).isZero();

            lose(test, next);
            test.pipeline.accept(again(test, third));
            assertThat(inFlight.held("celery"))
                    .as("those went with their channel")
                    .isZero();
            finish.countDown();
            await().until(() -> !third.settled.isEmpty());
        }
    }

    @Test
    void storeGoesWhileItRuns_theCopyIsNeitherBlockedNorReturned() {
        try (PipelineFixture test = running()) {
            lose(test, test.channel);
            test.store.failWith(
                    new StoreException(StoreException.Kind.CONNECT, StoreException.Effect.NONE, "refused", null));
            await().until(() -> !test.checker.breaker().allowsClaims());
            test.pipeline.accept(again(test, next));
            await().pollDelay(PipelineFixture.RETURN_DELAY.multipliedBy(2)).until(() -> true);
            assertThat(next.settled).isEmpty();

            test.store.failWith(null);
            finish.countDown();

            await().until(() -> !next.settled.isEmpty());
            assertThat(next.reasons()).containsExactly("ack attached");
            assertThat(test.counts.blocked).hasValue(0);
        }
    }

    @Test
    void drainWhileItRuns_awaitsTheRun_insteadOfReturningTheCopy() throws InterruptedException {
        try (PipelineFixture test = running()) {
            lose(test, test.channel);
            test.pipeline.accept(again(test, next));
            test.pipeline.inFlight().drain();
            assertThat(next.settled).isEmpty();
            finish.countDown();

            await().until(() -> !next.settled.isEmpty());
            assertThat(next.reasons()).containsExactly("ack attached");
        }
    }

    @Test
    void secondCopyWhileTheFirstChannelLives_isADuplicate() {
        try (PipelineFixture test = running()) {
            test.pipeline.accept(again(test, next));
            finish.countDown();

            await().until(() -> !next.settled.isEmpty());
            assertThat(next.reasons()).containsExactly("ack duplicate");
            assertThat(test.counts.duplicates).containsExactly("same_id");
        }
    }

    @Test
    void followUpsThatCannotBePublished_areNotAckedAwayWithTheCopy() {
        String link = "{\"task\": \"t.linked\", \"args\": [], \"kwargs\": {}, \"options\": {},"
                + " \"subtask_type\": null, \"immutable\": false}";
        String embed = "{\"callbacks\": [" + link + "], \"errbacks\": null, \"chain\": null, \"chord\": null}";
        try (PipelineFixture test = new PipelineFixture((context, call) -> {
            finish.await();
            return 1;
        })) {
            test.refusesToPublish = true;
            test.pipeline.accept(test.followed("a", embed, Map.of()));
            await().until(() -> test.runs.size() == 1);
            lose(test, test.channel);
            Delivery copy = test.followed("a", embed, Map.of());
            test.pipeline.accept(new Delivery(
                    copy.queue(),
                    copy.exchange(),
                    copy.routingKey(),
                    copy.tag(),
                    true,
                    copy.properties(),
                    copy.body(),
                    next));
            finish.countDown();
            await().until(() -> !test.published.isEmpty());
            await().pollDelay(Duration.ofMillis(700)).until(() -> true);
            assertThat(next.settled)
                    .as("acked before its follow-up is confirmed")
                    .isEmpty();

            test.refusesToPublish = false;
            await().until(() -> !next.settled.isEmpty());
            assertThat(next.reasons()).containsExactly("ack attached");
            assertThat(test.published.stream()
                            .map(each -> each.properties().headers().get("id"))
                            .distinct())
                    .hasSize(1);
            assertThat(test.runs).containsExactly("a");
            assertThat(test.pipeline.inFlight().size()).isZero();
        }
    }
}
