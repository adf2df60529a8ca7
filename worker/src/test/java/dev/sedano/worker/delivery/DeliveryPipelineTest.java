package dev.sedano.worker.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sedano.task.Retry;
import dev.sedano.worker.idempotency.StoreException;
import dev.sedano.worker.idempotency.TaskKey;
import dev.sedano.worker.protocol.MessageProperties;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What becomes of a delivery, path by path, on a store that can be told to fail. */
class DeliveryPipelineTest {
    private static StoreException down() {
        return new StoreException(StoreException.Kind.CONNECT, StoreException.Effect.NONE, "told to be down", null);
    }

    @Test
    void firstDelivery_runsAndIsAcked_withItsResultStored() {
        try (PipelineFixture test = new PipelineFixture((context, call) -> "done")) {
            test.pipeline.accept(test.delivery("a"));

            await().until(() -> test.channel.settled.size() == 1);
            assertThat(test.channel.reasons()).containsExactly("ack succeeded");
            assertThat(text(test.store.result("celery-task-meta-a"))).contains("\"status\": \"SUCCESS\"", "done");
            assertThat(test.pipeline.inFlight().size()).isZero();
        }
    }

    @Test
    void secondDelivery_isAckedAsDuplicate_andNeverRuns() {
        try (PipelineFixture test = new PipelineFixture((context, call) -> 1)) {
            test.pipeline.accept(test.delivery("a"));
            await().until(() -> test.channel.settled.size() == 1);
            test.pipeline.accept(test.delivery("a"));

            await().until(() -> test.channel.settled.size() == 2);
            assertThat(test.channel.reasons()).containsExactly("ack succeeded", "ack duplicate");
            assertThat(test.runs).containsExactly("a");
            assertThat(test.counts.duplicates).containsExactly("same_id");
        }
    }

    @Test
    void copyDuringTheRun_isHeldWithoutASlot_thenAckedAsSoonAsTheRunEnds() throws InterruptedException {
        CountDownLatch finish = new CountDownLatch(1);
        try (PipelineFixture test = new PipelineFixture((context, call) -> {
            finish.await();
            return 1;
        })) {
            test.pipeline.accept(test.delivery("a"));
            await().until(() -> test.runs.size() == 1);
            test.pipeline.accept(test.delivery("a"));
            await().until(() -> test.pipeline.inFlight().held() == 1);
            assertThat(test.channel.settled).isEmpty();

            finish.countDown();

            await().atMost(Duration.ofSeconds(2)).until(() -> test.channel.settled.size() == 2);
            assertThat(test.runs).containsExactly("a");
        }
    }

    @Test
    void failingHandler_isAcked_andItsFailureIsTheOutcome() {
        try (PipelineFixture test = new PipelineFixture((context, call) -> {
            throw new StackOverflowError();
        })) {
            test.pipeline.accept(test.delivery("a"));

            await().until(() -> test.channel.settled.size() == 1);
            assertThat(test.channel.reasons()).containsExactly("ack failed");
            assertThat(text(test.store.result("celery-task-meta-a"))).contains("\"status\": \"FAILURE\"");
        }
    }

    @Test
    void nextAttemptThatArrivesBeforeThisOneEnded_waitsUntilItIsDue() throws InterruptedException {
        CountDownLatch finish = new CountDownLatch(1);
        try (PipelineFixture test = new PipelineFixture((context, call) -> {
            finish.await();
            throw context.retry(Retry.in(Duration.ofSeconds(50)));
        })) {
            test.pipeline.accept(test.delivery("a"));
            await().until(() -> test.runs.size() == 1);
            String due = Instant.now().plusSeconds(50).toString();
            test.pipeline.accept(test.delivery("a", "x", Map.of("retries", 1, "eta", due)));
            finish.countDown();

            await().until(() -> test.channel.reasons().equals(List.of("ack retried")));
            await().during(Duration.ofMillis(200)).until(() -> test.runs.equals(List.of("a")));
            assertThat(test.pipeline.inFlight().size()).isOne();
        }
    }

    @Test
    void storeDownAtClaim_neverRuns_isReturnedOnceAfterTheDelay_andCountedAsBlocked() {
        try (PipelineFixture test = new PipelineFixture((context, call) -> 1)) {
            test.store.failWith(down());
            test.pipeline.accept(test.delivery("a"));
            test.pipeline.accept(test.delivery("b"));

            await().until(() -> test.channel.settled.size() == 2);
            assertThat(test.channel.reasons()).containsOnly("requeue store_unavailable");
            assertThat(test.runs).isEmpty();
            assertThat(test.counts.blocked).hasValue(2);

            test.store.advance(Duration.ofSeconds(5));
            test.store.failWith(null);
            await().until(() -> test.checker.breaker().allowsClaims());
            test.pipeline.accept(test.delivery("a"));
            test.pipeline.accept(test.delivery("b"));
            await().until(() -> test.counts.falsePositives.get() == 2);
            assertThat(test.runs).containsExactlyInAnyOrder("a", "b");
            assertThat(test.counts.truePositives).hasValue(0);
        }
    }

    @Test
    void storeDownForAMoment_runsTheWorkWithoutReturningIt() {
        try (PipelineFixture test = new PipelineFixture((context, call) -> 1)) {
            test.store.failWith(down());
            test.pipeline.accept(test.delivery("a"));
            await().until(() -> test.counts.blocked.get() == 1);
            test.store.failWith(null);

            await().until(() -> test.channel.settled.stream()
                    .anyMatch(one -> one.settlement().reason() == SettlementReason.SUCCEEDED
                            || one.settlement().reason() == SettlementReason.STORE_UNAVAILABLE));
            // Either the probe came first and the work ran here, or the delay was over first and it was returned.
            assertThat(test.runs.size() + (test.channel.reasons().contains("requeue store_unavailable") ? 1 : 0))
                    .isEqualTo(1);
        }
    }

    @Test
    void storeDownAtCompletion_isNeitherReturnedNorRunAgain_butRecordedWhenItIsBack() throws InterruptedException {
        CountDownLatch finish = new CountDownLatch(1);
        try (PipelineFixture test = new PipelineFixture((context, call) -> {
            finish.await();
            return 1;
        })) {
            test.pipeline.accept(test.delivery("a"));
            await().until(() -> test.runs.size() == 1);
            test.store.failWith(down());
            finish.countDown();
            await().until(() -> test.checker.unrecorded() == 1);
            await().until(() -> !test.checker.breaker().allowsClaims());
            assertThat(test.channel.settled).isEmpty();

            test.store.failWith(null);

            await().until(() -> test.channel.settled.size() == 1);
            assertThat(test.channel.reasons()).containsExactly("ack succeeded");
            assertThat(test.runs).containsExactly("a");
        }
    }

    @Test
    void channelLostWhileRunning_completes_andTheNextCopyIsADuplicate() throws InterruptedException {
        CountDownLatch finish = new CountDownLatch(1);
        try (PipelineFixture test = new PipelineFixture((context, call) -> {
            finish.await();
            return 1;
        })) {
            test.pipeline.accept(test.delivery("a"));
            await().until(() -> test.runs.size() == 1);
            test.pipeline.inFlight().channelGone(test.channel);
            test.pipeline.accept(test.delivery("a"));
            finish.countDown();

            await().until(() -> test.channel.reasons().contains("ack duplicate"));
            assertThat(test.runs).containsExactly("a");
        }
    }

    @Test
    void sameKeyWithOtherPayload_isDeadLetteredAsConflict_andNeverRuns() {
        try (PipelineFixture test = new PipelineFixture((context, call) -> 1)) {
            test.pipeline.accept(test.delivery("a", "x", Map.of("idempotency_key", "order-1")));
            await().until(() -> test.channel.settled.size() == 1);
            test.pipeline.accept(test.delivery("b", "y", Map.of("idempotency_key", "order-1")));

            await().until(() -> test.channel.settled.size() == 2);
            assertThat(test.channel.reasons()).containsExactly("ack succeeded", "dead_letter conflict");
            assertThat(test.runs).containsExactly("a");
            assertThat(text(test.store.result("celery-task-meta-b"))).contains("IdempotencyConflict");
        }
    }

    @Test
    void foreignRecord_deadLettersItsDelivery_andNoOther() {
        try (PipelineFixture test = new PipelineFixture((context, call) -> 1)) {
            test.store.occupy(TaskKey.ofTaskId("a"));
            test.pipeline.accept(test.delivery("a"));
            await().until(() -> test.channel.settled.size() == 1);
            test.pipeline.accept(test.delivery("b"));

            await().until(() -> test.channel.settled.size() == 2);
            assertThat(test.channel.reasons()).containsExactly("dead_letter foreign_key", "ack succeeded");
            assertThat(test.runs).containsExactly("b");
            assertThat(test.counts.blocked).hasValue(0);
            assertThat(text(test.store.result("celery-task-meta-a"))).contains("IdempotencyKeyOccupied");
        }
    }

    @Test
    void sameKeyUnderAnotherId_getsTheStoredResultUnderItsOwnId() {
        try (PipelineFixture test = new PipelineFixture((context, call) -> PipelineFixture.idOf(context))) {
            test.pipeline.accept(test.delivery("a", "x", Map.of("idempotency_key", "order-1")));
            await().until(() -> test.channel.settled.size() == 1);
            test.pipeline.accept(test.delivery("b", "x", Map.of("idempotency_key", "order-1")));

            await().until(() -> test.channel.settled.size() == 2);
            assertThat(test.channel.reasons()).containsExactly("ack succeeded", "ack duplicate");
            assertThat(text(test.store.result("celery-task-meta-b")))
                    .contains("\"result\": \"a\"", "\"task_id\": \"b\"");
            assertThat(test.counts.duplicates).containsExactly("other_id");
        }
    }

    @Test
    void resultThatCannotBeEncoded_isAFailure_andNoStuckDelivery() {
        try (PipelineFixture test = new PipelineFixture((context, call) -> Instant.MAX)) {
            test.pipeline.accept(test.delivery("a"));

            await().until(() -> test.channel.settled.size() == 1);
            assertThat(text(test.store.result("celery-task-meta-a"))).contains("\"status\": \"FAILURE\"");
            assertThat(test.pipeline.inFlight().size()).isZero();
        }
    }

    @Test
    void unknownTask_isDeadLettered_andItsCallerIsTold() {
        try (PipelineFixture test = new PipelineFixture((context, call) -> 1)) {
            test.pipeline.accept(test.delivery("a", "x", Map.of("task", "test.nobody")));

            await().until(() -> test.channel.settled.size() == 1);
            assertThat(test.channel.reasons()).containsExactly("dead_letter unknown_task");
            assertThat(text(test.store.result("celery-task-meta-a"))).contains("NotRegistered");
        }
    }

    @Test
    void hopsOfAnEarlierAttempt_thatPythonsRetryCopied_doNotCount() {
        UnknownTaskPolicy twice = new UnknownTaskPolicy(2, Duration.ofSeconds(4));
        try (PipelineFixture test = new PipelineFixture((context, call) -> 1, twice)) {
            Map<String, Object> copied =
                    Map.of("task", "test.nobody", UnknownTaskPolicy.HOPS, 2, AttemptHeader.NAME, 7L);
            for (Map<String, Object> own : List.of(
                    Map.<String, Object>of("retries", 8),
                    Map.<String, Object>of("retries", 7, "replaced_task_nesting", 1),
                    Map.<String, Object>of("retries", 7))) {
                Map<String, Object> headers = new HashMap<>(copied);
                headers.putAll(own);
                test.pipeline.accept(test.delivery("a", "x", headers));
            }

            await().until(() -> test.channel.settled.size() == 3);
            assertThat(test.channel.reasons())
                    .containsExactly("wait unknown_task", "wait unknown_task", "dead_letter unknown_task");
        }
    }

    @Test
    void unknownTask_isHandedOn_andDeadLetteredOnlyAfterTheLastHop() {
        UnknownTaskPolicy twice = new UnknownTaskPolicy(2, Duration.ofSeconds(4));
        try (PipelineFixture test = new PipelineFixture((context, call) -> 1, twice)) {
            for (Object hops : new Object[] {"none", 1, 2, 1L << 40, -1}) {
                test.pipeline.accept(
                        test.delivery("a", "x", Map.of("task", "test.nobody", UnknownTaskPolicy.HOPS, hops)));
            }

            await().until(() -> test.channel.settled.size() == 5);
            assertThat(test.channel.reasons())
                    .containsExactly(
                            "wait unknown_task",
                            "wait unknown_task",
                            "dead_letter unknown_task",
                            "dead_letter unknown_task",
                            "wait unknown_task");
            assertThat(test.channel.settled.get(0).settlement())
                    .isIn(
                            new Settlement.Wait(SettlementReason.UNKNOWN_TASK, Duration.ofSeconds(4)),
                            new Settlement.Wait(SettlementReason.UNKNOWN_TASK, Duration.ofSeconds(8)));
            assertThat(test.orders.told).as("told once it is given up").containsExactly("unknown a", "unknown a");
        }
    }

    @Test
    void mapOfATaskThatOnlyOtherWorkersHave_isHandedOn_andDeadLetteredOnlyAfterTheLastHop() {
        UnknownTaskPolicy once = new UnknownTaskPolicy(1, Duration.ofSeconds(4));
        String elsewhere = "{\"task\": {\"task\": \"python.add\", \"args\": []}, \"it\": [[1, 2]]}";
        try (PipelineFixture test =
                new PipelineFixture((context, call) -> call.args().size(), once)) {
            test.pipeline.accept(test.called("map", "celery.map", "[[\"python.add\", [1, 2]], {}, null]"));
            Delivery starmap = test.called("star", "celery.starmap", "[[], " + elsewhere + ", null]");
            test.pipeline.accept(starmap);
            assertThat(test.channel.reasons()).containsExactly("wait unknown_task", "wait unknown_task");
            assertThat(test.result("map") + test.result("star")).isEmpty();

            test.pipeline.accept(handedOn(starmap));
            await().until(() -> test.channel.settled.size() == 3);
            assertThat(test.channel.reasons()).endsWith("dead_letter unknown_task");
            assertThat(test.channel.settled.get(2).settlement())
                    .isInstanceOfSatisfying(
                            Settlement.DeadLetter.class,
                            letter -> assertThat(letter.error()).contains("\"python.add\" is not registered"));
            assertThat(test.result("star")).contains("NotRegistered", "[\"python.add\"]");

            test.pipeline.accept(test.called("ours", "celery.map", "[[\"test.run\", [1]], {}, null]"));
            test.pipeline.accept(test.called("nameless", "celery.map", "[[{}, [1]], {}, null]"));
            await().until(() -> test.channel.settled.size() == 5);
            assertThat(test.result("ours")).contains("SUCCESS", "[1]");
            assertThat(test.result("nameless"))
                    .as("no other worker could run it")
                    .contains("FAILURE");
        }
    }

    private static Delivery handedOn(Delivery first) {
        MessageProperties properties = first.properties();
        Map<String, @Nullable Object> headers = new LinkedHashMap<>(properties.headers());
        headers.put(UnknownTaskPolicy.HOPS, 1);
        MessageProperties again = new MessageProperties(
                properties.contentType(), properties.contentEncoding(), "", "", null, properties.priority(), headers);
        return new Delivery("celery", "", "celery", 9, false, again, first.body(), first.channel());
    }

    @Test
    void expired_isRevokedWithoutRunning() {
        try (PipelineFixture test = new PipelineFixture((context, call) -> 1)) {
            test.pipeline.accept(test.delivery("a", "x", Map.of("expires", "2001-01-01T00:00:00+00:00")));

            await().until(() -> test.channel.settled.size() == 1);
            assertThat(test.channel.reasons()).containsExactly("ack expired");
            assertThat(test.runs).isEmpty();
        }
    }

    @Test
    void dueSoon_isHeld_dueLate_waitsInTheBroker() {
        try (PipelineFixture test = new PipelineFixture((context, call) -> 1)) {
            test.pipeline.accept(test.delivery(
                    "soon", "x", Map.of("eta", Instant.now().plusSeconds(1).toString())));
            test.pipeline.accept(test.delivery(
                    "late", "x", Map.of("eta", Instant.now().plusSeconds(3600).toString())));

            await().until(() -> test.channel.settled.size() == 1);
            assertThat(test.channel.reasons()).containsExactly("wait not_due");
            assertThat(test.runs).isEmpty();
            await().until(() -> test.channel.reasons().contains("ack succeeded"));
        }
    }

    @Test
    void drain_returnsWhatHasNotStarted_andLetsTheRestFinish() throws InterruptedException {
        CountDownLatch finish = new CountDownLatch(1);
        try (PipelineFixture test = new PipelineFixture((context, call) -> {
            finish.await();
            return 1;
        })) {
            for (String id : new String[] {"a", "b", "c", "d"}) {
                test.pipeline.accept(test.delivery(id));
            }
            await().until(() -> test.runs.size() == 2);

            test.pipeline.inFlight().drain();

            await().until(() -> test.channel.settled.size() == 2);
            assertThat(test.channel.reasons()).containsOnly("requeue shutdown");
            finish.countDown();
            assertThat(test.pipeline.inFlight().awaitEmpty(Duration.ofSeconds(5)))
                    .isTrue();
            assertThat(test.runs).hasSize(2);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "callbacks | {\"task\": \"celery.pipeline\", \"args\": [], \"options\": {}, \"subtask_type\": \"pipeline\"}"
                        + " | KeyError | pipeline",
                "callbacks | {\"nope\": 1} | KeyError | task",
                "chain | \"x\" | ValueError | a signature is no map",
            })
    void whatCannotFollow_isFailureForTheCaller_asFromCelery_andADeadLetter(
            String kind, String entry, String exception, String argument) {
        try (PipelineFixture test = new PipelineFixture((context, call) -> 1)) {
            Delivery plain = test.delivery("a");
            byte[] body = ("[[\"x\"], {}, {\"" + kind + "\": [" + entry + "]}]").getBytes(StandardCharsets.UTF_8);
            test.pipeline.accept(new Delivery(
                    plain.queue(),
                    plain.exchange(),
                    plain.routingKey(),
                    plain.tag(),
                    false,
                    plain.properties(),
                    body,
                    test.channel));

            await().until(() -> test.channel.settled.size() == 1);
            assertThat(test.channel.reasons()).containsExactly("dead_letter unsupported");
            assertThat(test.runs).isEmpty();
            assertThat(text(test.store.result("celery-task-meta-a")))
                    .contains(
                            "\"status\": \"FAILURE\"",
                            "\"exc_type\": \"" + exception + "\", \"exc_message\": [\"" + argument
                                    + "\"], \"exc_module\": \"builtins\"",
                            "cannot be called");
        }
    }

    private static String text(byte @Nullable [] record) {
        return record == null ? "" : new String(record, StandardCharsets.UTF_8);
    }
}
