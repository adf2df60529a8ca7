package dev.sedano.worker.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sedano.task.DuplicatePolicy;
import dev.sedano.task.LeaseLossPolicy;
import dev.sedano.task.NoEffectException;
import dev.sedano.task.OutcomeVerifier;
import dev.sedano.task.StoreDownPolicy;
import dev.sedano.task.TaskOptions;
import dev.sedano.task.Verification;
import dev.sedano.worker.idempotency.ClaimReply;
import dev.sedano.worker.idempotency.IdempotencyStore;
import dev.sedano.worker.idempotency.StoreException;
import dev.sedano.worker.idempotency.TaskKey;
import dev.sedano.worker.protocol.CeleryJson;
import dev.sedano.worker.protocol.Decoded;
import dev.sedano.worker.protocol.Fingerprint;
import dev.sedano.worker.protocol.MessageDecoder;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What tasks may choose: unknown outcomes, failures, duplicates, stores that are down, steps. */
class OutcomePolicyTest {
    private static final Duration LEASE = Duration.ofSeconds(30);

    private static StoreException down() {
        return new StoreException(StoreException.Kind.CONNECT, StoreException.Effect.NONE, "down", null);
    }

    /** Another worker claims the key of {@code id} and vanishes. */
    private static long vanishedOwner(PipelineFixture test, String id, int maxCrashes) {
        Delivery delivery = test.delivery(id);
        Decoded.Task task =
                (Decoded.Task) new MessageDecoder(new CeleryJson()).decode(delivery.properties(), delivery.body());
        ClaimReply reply = test.store
                .claim(new IdempotencyStore.Claim(
                        TaskKey.ofTaskId(id),
                        "gone" + System.identityHashCode(delivery),
                        0,
                        Fingerprint.of(task.message()),
                        id,
                        LEASE,
                        Duration.ofDays(7),
                        true,
                        "other@host",
                        IdempotencyStore.AfterLeaseLoss.RERUN,
                        maxCrashes))
                .join();
        test.store.advance(LEASE.plusMillis(1));
        return ((ClaimReply.Granted) reply).token();
    }

    private static TaskOptions asking(OutcomeVerifier verifier) {
        return TaskOptions.builder().verifier(verifier).build();
    }

    @Test
    void verifierThatFindsTheEffect_completesWithoutRunning() {
        try (PipelineFixture test = new PipelineFixture(
                PipelineFixture::idOf0, asking((call, key) -> new Verification.Done("found " + key)))) {
            vanishedOwner(test, "a", 3);
            test.pipeline.accept(test.delivery("a"));

            await().until(() -> test.channel.settled.size() == 1);
            assertThat(test.channel.reasons()).containsExactly("ack succeeded");
            assertThat(test.result("a")).contains("found a");
            assertThat(test.runs).isEmpty();
        }
    }

    @Test
    void verifierThatFindsNothing_letsItRun_andOneThatCannotTellParks() {
        try (PipelineFixture test = new PipelineFixture(PipelineFixture::idOf0, asking((call, key) -> {
            if (key.equals("a")) {
                return new Verification.NotDone();
            }
            throw new IllegalStateException("the provider does not answer");
        }))) {
            vanishedOwner(test, "a", 3);
            test.pipeline.accept(test.delivery("a"));
            await().until(() -> test.channel.settled.size() == 1);
            assertThat(test.channel.reasons()).containsExactly("ack succeeded");
            assertThat(test.announced).containsExactly(true);

            vanishedOwner(test, "b", 3);
            test.pipeline.accept(test.delivery("b"));
            await().until(() -> test.channel.settled.size() == 2);
            assertThat(test.channel.reasons()).endsWith("park outcome_unknown");
            assertThat(test.runs).containsExactly("a");
            test.pipeline.accept(test.delivery("b"));
            await().until(() -> test.channel.settled.size() == 3);
            assertThat(test.channel.reasons()).as("the key stays parked").endsWith("park parked");
        }
    }

    @Test
    void policyPark_parksWithOwnerAndTime() {
        TaskOptions options =
                TaskOptions.builder().onLeaseLost(LeaseLossPolicy.PARK).build();
        try (PipelineFixture test = new PipelineFixture(PipelineFixture::idOf0, options)) {
            vanishedOwner(test, "a", 3);
            test.pipeline.accept(test.delivery("a"));

            await().until(() -> test.channel.settled.size() == 1);
            Settlement.Park park = (Settlement.Park) test.channel.settled.get(0).settlement();
            assertThat(park.details())
                    .containsEntry("x-sedano-owner", "other@host")
                    .containsKey("x-sedano-started");
            assertThat(test.runs).isEmpty();
        }
    }

    @Test
    void crashLoop_endsInAFailureAndAParkedCopy_andAClaimAloneIsNoCrash() {
        try (PipelineFixture test = new PipelineFixture(PipelineFixture::idOf0)) {
            for (int i = 0; i < 4; i++) {
                vanishedOwner(test, "claimed", 3); // prefetched beside a crashing task: claimed, never started
            }
            test.pipeline.accept(test.delivery("claimed"));
            await().until(() -> test.channel.settled.size() == 1);
            assertThat(test.channel.reasons()).containsExactly("ack succeeded");

            for (int i = 0; i < 3; i++) {
                long token = vanishedOwner(test, "guilty", 3);
                test.store.advance(LEASE.negated());
                test.store.start(TaskKey.ofTaskId("guilty"), token).join();
                test.store.start(TaskKey.ofTaskId("guilty"), token).join();
                test.store.advance(LEASE);
            }
            test.pipeline.accept(test.delivery("guilty"));
            await().until(() -> test.channel.settled.size() == 2);
            assertThat(test.channel.reasons()).endsWith("ack poison");
            assertThat(test.runs).containsExactly("claimed");
            assertThat(test.result("guilty")).contains("FAILURE").contains("WorkerLostError");
            assertThat(test.published).hasSize(1);
            assertThat(test.published.get(0).routingKey()).isEqualTo("celery.parked");
            assertThat(test.published.get(0).properties().headers()).containsEntry("x-sedano-reason", "poison");
        }
    }

    @Test
    void failureThatReleasesItsKey_letsALaterMessageRun_butNoOldCopy() {
        TaskOptions options = TaskOptions.builder()
                .key("0")
                .releaseOn(List.of(IllegalStateException.class))
                .build();
        AtomicInteger calls = new AtomicInteger();
        try (PipelineFixture test = new PipelineFixture(
                (context, call) -> {
                    if (calls.incrementAndGet() == 1) {
                        throw new IllegalStateException("the provider is away");
                    }
                    return "charged";
                },
                options)) {
            test.pipeline.accept(test.delivery("a"));
            await().until(() -> test.channel.settled.size() == 1);
            test.pipeline.accept(test.delivery("a"));
            await().until(() -> test.channel.settled.size() == 2);
            assertThat(test.channel.reasons()).containsExactly("ack failed", "ack duplicate");

            test.pipeline.accept(test.delivery("b"));
            await().until(() -> test.channel.settled.size() == 3);
            assertThat(test.channel.reasons()).endsWith("ack succeeded");
            test.pipeline.accept(test.delivery("a"));
            await().until(() -> test.channel.settled.size() == 4);
            assertThat(test.runs).containsExactly("a", "b");
            assertThat(test.result("a")).contains("FAILURE");
        }
    }

    @Test
    void duplicatesMayGoToTheDeadLetters() {
        TaskOptions options =
                TaskOptions.builder().duplicates(DuplicatePolicy.DEAD_LETTER).build();
        try (PipelineFixture test = new PipelineFixture(PipelineFixture::idOf0, options)) {
            test.pipeline.accept(test.delivery("a"));
            await().until(() -> test.channel.settled.size() == 1);
            test.pipeline.accept(test.delivery("a"));
            await().until(() -> test.channel.settled.size() == 2);
            assertThat(test.channel.reasons()).containsExactly("ack succeeded", "dead_letter duplicate");
        }
    }

    @Test
    void exactRepetition_isAnsweredWhileTheStoreIsDown() {
        try (PipelineFixture test = new PipelineFixture(PipelineFixture::idOf0)) {
            test.pipeline.accept(test.delivery("a"));
            await().until(() -> test.channel.settled.size() == 1);
            test.store.failWith(down());
            test.pipeline.accept(test.delivery("b"));
            await().until(() -> !test.checker.breaker().allowsClaims());

            test.pipeline.accept(test.delivery("a"));

            await().until(() -> test.channel.reasons().contains("ack duplicate"));
            assertThat(test.runs).containsExactly("a");
            assertThat(test.counts.fromMemory).hasValue(1);
        }
    }

    @Test
    void taskThatFailsOpen_runsWithoutTheStore_andIsCounted() {
        TaskOptions options =
                TaskOptions.builder().whenStoreDown(StoreDownPolicy.OPEN).build();
        try (PipelineFixture test = new PipelineFixture(PipelineFixture::idOf0, options)) {
            test.store.failWith(down());
            test.pipeline.accept(test.delivery("a"));
            await().until(() -> test.channel.settled.size() == 1);
            await().until(() -> !test.checker.breaker().allowsClaims());
            test.pipeline.accept(test.delivery("b"));

            await().until(() -> test.channel.settled.size() == 2);
            assertThat(test.channel.reasons()).containsOnly("ack succeeded");
            assertThat(test.runs).containsExactly("a", "b");
            assertThat(test.counts.unprotected).hasValue(2);
        }
    }

    @Test
    void taskThatFailsOpen_hasNoOwnerToCheck_andRunsOnce() {
        TaskOptions options =
                TaskOptions.builder().whenStoreDown(StoreDownPolicy.OPEN).build();
        try (PipelineFixture test = new PipelineFixture(
                (context, call) -> {
                    context.checkOwner();
                    return context.step("one", String.class, () -> "a")
                            + context.stepAtMostOnce("two", String.class, () -> "b")
                            + context.fencingToken();
                },
                options)) {
            test.store.failWith(down());
            test.pipeline.accept(test.delivery("a"));

            await().until(() -> test.channel.settled.size() == 1);
            assertThat(test.channel.reasons()).containsExactly("ack succeeded");
            test.store.failWith(null);
            await().until(() -> test.checker.breaker().allowsClaims());
            test.pipeline.accept(test.delivery("b"));

            await().until(() -> test.channel.settled.size() == 2);
            assertThat(test.runs).containsExactly("a", "b");
            assertThat(test.counts.unprotected).hasValue(1);
        }
    }

    @Test
    void taskThatObserves_runsWhatWouldHaveBeenRefused() {
        TaskOptions options = TaskOptions.builder().observe(true).build();
        try (PipelineFixture test = new PipelineFixture(PipelineFixture::idOf0, options)) {
            test.pipeline.accept(test.delivery("a"));
            await().until(() -> test.channel.settled.size() == 1);
            test.pipeline.accept(test.delivery("a"));

            await().until(() -> test.channel.settled.size() == 2);
            assertThat(test.channel.reasons()).containsOnly("ack succeeded");
            assertThat(test.runs).containsExactly("a", "a");
            assertThat(test.counts.observed).containsExactly("duplicate");
        }
    }

    @Test
    void steps_areNotRepeatedByARetry() {
        AtomicInteger charges = new AtomicInteger();
        AtomicInteger posts = new AtomicInteger();
        try (PipelineFixture test = new PipelineFixture((context, call) -> {
            int charged = context.step("charge", Integer.class, charges::incrementAndGet);
            String posted = context.stepAtMostOnce("post", String.class, () -> "p" + posts.incrementAndGet());
            if (context.retries() == 0) {
                throw context.retry(dev.sedano.task.Retry.in(Duration.ZERO));
            }
            return charged + posted + context.stepKey("charge");
        })) {
            test.pipeline.accept(test.delivery("a"));
            await().until(() -> test.published.size() == 1);
            test.pipeline.accept(test.arriving(test.published.get(0)));

            await().until(() -> test.channel.settled.size() == 2);
            assertThat(charges).hasValue(1);
            assertThat(posts).hasValue(1);
            assertThat(test.result("a")).contains("\"result\": \"1p1");
        }
    }

    @Test
    void stepWhoseOutcomeIsUnknown_parks_andOneWithoutEffectRunsAgain() {
        AtomicInteger calls = new AtomicInteger();
        try (PipelineFixture test = new PipelineFixture((context, call) -> {
            if (context.retries() == 0) {
                try {
                    context.stepAtMostOnce("refused", String.class, () -> {
                        throw new NoEffectException("connection refused");
                    });
                } catch (NoEffectException expected) {
                    calls.incrementAndGet();
                }
                try {
                    context.stepAtMostOnce("timeout", String.class, () -> {
                        throw new IllegalStateException("read timed out");
                    });
                } catch (IllegalStateException expected) {
                    calls.incrementAndGet();
                }
                throw context.retry(dev.sedano.task.Retry.in(Duration.ZERO));
            }
            assertThat(context.stepAtMostOnce("refused", String.class, () -> "now"))
                    .isEqualTo("now");
            return context.stepAtMostOnce("timeout", String.class, () -> "twice");
        })) {
            test.pipeline.accept(test.delivery("a"));
            await().until(() -> test.published.size() == 1);
            test.pipeline.accept(test.arriving(test.published.get(0)));

            await().until(() -> test.channel.settled.size() == 2);
            assertThat(calls).hasValue(2);
            assertThat(test.channel.reasons()).containsExactly("ack retried", "park outcome_unknown");
        }
    }

    @Test
    void stepNameUsedTwice_isAnError() {
        try (PipelineFixture test = new PipelineFixture((context, call) -> {
            context.step("same", String.class, () -> "1");
            return context.step("same", String.class, () -> "2");
        })) {
            test.pipeline.accept(test.delivery("a"));

            await().until(() -> test.channel.settled.size() == 1);
            assertThat(test.result("a")).contains("FAILURE").contains("used before in this run");
        }
    }

    @Test
    void zombie_isStoppedAtItsNextStep_andItsDeliveryWaitsForTheHeir() throws InterruptedException {
        CountDownLatch started = new CountDownLatch(1);
        CountDownLatch woken = new CountDownLatch(1);
        AtomicInteger effects = new AtomicInteger();
        try (PipelineFixture test = new PipelineFixture((context, call) -> {
            if (!context.mayHaveRunBefore()) {
                started.countDown();
                woken.await();
            }
            return context.step("effect", Integer.class, effects::incrementAndGet);
        })) {
            test.pipeline.accept(test.delivery("a"));
            started.await();
            test.store.advance(LEASE.plusMillis(1));
            long heir = vanishedOwner(test, "a", 3); // takes over, and vanishes in turn
            woken.countDown();

            await().atMost(Duration.ofSeconds(10)).until(() -> test.channel.settled.size() == 1);
            assertThat(heir).isPositive();
            assertThat(test.counts.zombies).hasValue(1);
            assertThat(effects).hasValue(1);
            assertThat(test.announced).containsExactly(false, true);
        }
    }

    @Test
    void exactlyTheKeysOfMessages_areRead() {
        TaskOptions options = TaskOptions.builder().key("0").build();
        try (PipelineFixture test = new PipelineFixture((context, call) -> context.idempotencyKey(), options)) {
            test.pipeline.accept(
                    test.delivery("a", "x", Map.of("x-sedano-key", "carried", "x-sedano-scope", "elsewhere")));

            await().until(() -> test.channel.settled.size() == 1);
            assertThat(test.result("a")).contains("\"result\": \"carried\"");
        }
    }
}
