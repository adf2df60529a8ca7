package dev.sedano.worker.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sedano.worker.idempotency.StoreException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What is not due. */
final class DueTimeTest {
    private static final Duration HOUR = Duration.ofHours(1);

    private static PipelineFixture pipeline() {
        return new PipelineFixture((context, call) -> 1);
    }

    private static String in(PipelineFixture test, Duration time) {
        return test.clock.instant().plus(time).toString();
    }

    @Test
    void dueInAnHour_isMovedUnclaimed_untilExactlyThen_andNobodyIsToldThatItWasReceived() {
        try (PipelineFixture test = pipeline()) {
            Instant eta = test.clock.instant().plus(HOUR).truncatedTo(ChronoUnit.MICROS);
            test.pipeline.accept(test.delivery("a", "x", Map.of("eta", eta.toString())));

            assertThat(test.channel.settled)
                    .extracting(RecordingChannel.Settled::settlement)
                    .containsExactly(new Settlement.Delay(eta));
            assertThat(test.channel.reasons()).containsExactly("wait not_due");
            assertThat(test.pipeline.inFlight().size()).isZero();
            assertThat(test.orders.told).isEmpty();
            assertThat(test.counts.blocked).hasValue(0);
        }
    }

    @Test
    void dueInAMinute_isHeldAsScheduled_andRunsWhenItIsDue() {
        try (PipelineFixture test = pipeline()) {
            test.skippedPause = 10_000;
            test.pipeline.accept(test.delivery("a", "x", Map.of("eta", in(test, Duration.ofSeconds(59)))));

            // The timer went off at once; by the clock it is not due yet, so it is held again.
            await().until(() -> test.skipped.size() >= 3);
            assertThat(test.runs).isEmpty();
            assertThat(test.pipeline.inFlight().tasks())
                    .singleElement()
                    .satisfies(
                            task -> assertThat(task.state()).isIn(TaskView.State.SCHEDULED, TaskView.State.RESERVED));
            test.clock.forward(Duration.ofSeconds(60));

            await().until(() -> test.channel.settled.size() == 1);
            assertThat(test.channel.reasons()).containsExactly("ack succeeded");
            assertThat(test.orders.told.get(0)).isEqualTo("received a");
        }
    }

    @Test
    void heldForItsTime_isShownAsScheduled() {
        try (PipelineFixture test = pipeline()) {
            test.pipeline.accept(test.delivery("a", "x", Map.of("eta", in(test, Duration.ofSeconds(59)))));

            assertThat(test.pipeline.inFlight().tasks())
                    .singleElement()
                    .extracting(TaskView::state)
                    .isEqualTo(TaskView.State.SCHEDULED);
        }
    }

    @Test
    void moreThanMayBeHeld_isMoved_howeverSoonItIsDue() {
        try (PipelineFixture test = pipeline()) {
            for (int i = 0; i < 101; i++) {
                test.pipeline.accept(test.delivery("t" + i, "x", Map.of("eta", in(test, Duration.ofSeconds(50)))));
            }

            assertThat(test.pipeline.inFlight().held()).isEqualTo(100);
            assertThat(test.channel.reasons()).containsExactly("wait not_due");
        }
    }

    @Test
    void whatIsHeld_isCountedByQueue() {
        try (PipelineFixture test = pipeline()) {
            for (String id : List.of("a", "b", "c")) {
                Delivery due = test.delivery(id, "x", Map.of("eta", in(test, Duration.ofSeconds(50))));
                test.pipeline.accept(id.equals("c") ? due : from("other", due));
            }
            InFlight inFlight = test.pipeline.inFlight();

            assertThat(inFlight.held("other")).isEqualTo(2);
            assertThat(inFlight.held("celery")).isEqualTo(1);
            assertThat(inFlight.held("third")).isZero();
            assertThat(inFlight.held()).isEqualTo(3);

            test.clock.forward(Duration.ofSeconds(51));
            inFlight.release(task -> task.message().id().equals("a"));
            assertThat(inFlight.held("other")).isEqualTo(1);
            inFlight.release(all -> true);
            assertThat(inFlight.held("other")).isZero();
            await().until(() -> test.channel.settled.size() == 3);
        }
    }

    private static Delivery from(String queue, Delivery given) {
        return new Delivery(
                queue,
                given.exchange(),
                given.routingKey(),
                given.tag(),
                given.redelivered(),
                given.properties(),
                given.body(),
                given.channel());
    }

    @Test
    void bodiesThatWouldFillTheHeap_areMoved() {
        String large = "x".repeat(40 << 20);
        try (PipelineFixture test = pipeline()) {
            for (int i = 0; i < 3; i++) {
                test.pipeline.accept(test.delivery("t" + i, large, Map.of("eta", in(test, Duration.ofSeconds(50)))));
            }

            assertThat(test.pipeline.inFlight().held()).isEqualTo(2);
            assertThat(test.channel.reasons()).containsExactly("wait not_due");
        }
    }

    @Test
    void expiredAtReceipt_isRevokedAtOnce_evenIfDueMuchLater_andWasNotReceived() {
        try (PipelineFixture test = pipeline()) {
            test.pipeline.accept(test.delivery(
                    "a", "x", Map.of("eta", in(test, HOUR), "expires", in(test, Duration.ofSeconds(-1)))));

            await().until(() -> test.channel.settled.size() == 1);
            assertThat(test.channel.reasons()).containsExactly("ack expired");
            assertThat(test.result("a")).contains("\"status\": \"REVOKED\"");
            assertThat(test.orders.told).containsExactly("EXPIRED a");
            assertThat(test.runs).isEmpty();
        }
    }

    @Test
    void expiresBeforeItsEta_waitsOnlyUntilThen_andIsRevoked() {
        try (PipelineFixture test = pipeline()) {
            Instant expires = test.clock.instant().plusSeconds(600).truncatedTo(ChronoUnit.MICROS);
            test.pipeline.accept(test.delivery("a", "x", Map.of("eta", in(test, HOUR), "expires", expires.toString())));
            assertThat(test.channel.settled.get(0).settlement()).isEqualTo(new Settlement.Delay(expires));

            test.clock.forward(Duration.ofSeconds(590));
            test.pipeline.accept(test.delivery("a", "x", Map.of("eta", in(test, HOUR), "expires", expires.toString())));
            assertThat(test.pipeline.inFlight().held()).isEqualTo(1);
            test.clock.forward(Duration.ofSeconds(11));
            test.pipeline.inFlight().release(all -> true);

            await().until(() -> test.channel.settled.size() == 2);
            assertThat(test.channel.reasons()).containsExactly("wait not_due", "ack expired");
            assertThat(test.runs).isEmpty();
        }
    }

    @Test
    void revoked_isNotMoved_butRecordedAtOnce() {
        try (PipelineFixture test = pipeline()) {
            test.orders.revoked.add("a");
            test.pipeline.accept(test.delivery("a", "x", Map.of("eta", in(test, HOUR))));

            await().until(() -> test.channel.settled.size() == 1);
            assertThat(test.channel.reasons()).containsExactly("ack revoked");
        }
    }

    @Test
    void outageOfTheStore_neitherReturnsNorCountsWhatIsNotDue() {
        try (PipelineFixture test = pipeline()) {
            test.pipeline.accept(test.delivery("soon", "x", Map.of("eta", in(test, Duration.ofSeconds(50)))));
            test.store.failWith(
                    new StoreException(StoreException.Kind.CONNECT, StoreException.Effect.NONE, "down", null));
            test.pipeline.accept(test.delivery("now"));
            await().until(() -> test.channel.settled.size() == 1);
            test.pipeline.accept(test.delivery("late", "x", Map.of("eta", in(test, HOUR))));

            assertThat(test.channel.reasons()).containsExactly("requeue store_unavailable", "wait not_due");
            assertThat(test.counts.blocked).hasValue(1);
            assertThat(test.pipeline.inFlight().held()).isEqualTo(1);

            // Due while the store is away: blocked like anything else.
            test.clock.forward(Duration.ofSeconds(51));
            test.pipeline.inFlight().release(all -> true);
            await().until(() -> test.channel.settled.size() == 3);
            assertThat(test.channel.reasons())
                    .containsExactly("requeue store_unavailable", "wait not_due", "requeue store_unavailable");
            assertThat(test.counts.blocked).hasValue(2);
            assertThat(test.runs).isEmpty();
        }
    }

    @Test
    void theWorkerStops_whatIsHeldAndWhatArrivesIsReturned() {
        try (PipelineFixture test = pipeline()) {
            test.pipeline.accept(test.delivery("soon", "x", Map.of("eta", in(test, Duration.ofSeconds(50)))));
            test.pipeline.inFlight().drain();
            test.pipeline.accept(test.delivery("late", "x", Map.of("eta", in(test, HOUR))));

            assertThat(test.channel.reasons()).containsExactly("requeue shutdown", "requeue shutdown");
        }
    }

    @Test
    void completionOfAnotherAttempt_doesNotLetARetryRunEarly() {
        try (PipelineFixture test = pipeline()) {
            test.pipeline.accept(
                    test.delivery("a", "x", Map.of("retries", 1, "eta", in(test, Duration.ofSeconds(50)))));
            test.pipeline.accept(test.delivery("a"));

            await().until(() -> test.channel.settled.size() == 1);
            assertThat(test.channel.reasons()).containsExactly("ack succeeded");
            assertThat(test.pipeline.inFlight().held()).isEqualTo(1);
            assertThat(test.runs).hasSize(1);
        }
    }

    @Test
    void formsOfTime_meanTheSameInstant() {
        try (PipelineFixture test = pipeline()) {
            for (String eta : List.of(
                    "2999-01-02T03:04:05",
                    "2999-01-02T03:04:05Z",
                    "2999-01-02T03:04:05.000000+00:00",
                    "2999-01-02T08:49:05+05:45",
                    "2999-01-01T23:34:05-03:30",
                    "29990102T030405Z")) {
                test.pipeline.accept(test.delivery("a", "x", Map.of("eta", eta)));
            }
            test.pipeline.accept(test.delivery("a", "x", Map.of("eta", "2999-01-02")));

            assertThat(test.channel.settled.subList(0, 6))
                    .extracting(RecordingChannel.Settled::settlement)
                    .containsOnly(new Settlement.Delay(Instant.parse("2999-01-02T03:04:05Z")));
            assertThat(test.channel.settled.get(6).settlement())
                    .isEqualTo(new Settlement.Delay(Instant.parse("2999-01-02T00:00:00Z")));
        }
    }
}
