package dev.sedano.worker.delivery;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sedano.task.TaskOptions;
import dev.sedano.worker.idempotency.ClaimReply;
import dev.sedano.worker.idempotency.IdempotencyStore;
import dev.sedano.worker.idempotency.TaskKey;
import dev.sedano.worker.protocol.CeleryJson;
import dev.sedano.worker.protocol.Decoded;
import dev.sedano.worker.protocol.Fingerprint;
import dev.sedano.worker.protocol.MessageDecoder;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Another worker left follow-ups in a form that this one does not know. */
class UnreadableFollowUpsTest {
    private static final byte[] ODD = "{\"a later\": \"form\"}".getBytes(UTF_8);
    private static final Duration WEEK = Duration.ofDays(7);

    /** Asks the store for the key of a delivery as its owner did. */
    private static IdempotencyStore.Claim claimOf(Delivery delivery, TaskKey key) {
        Decoded decoded = new MessageDecoder(new CeleryJson()).decode(delivery.properties(), delivery.body());
        return new IdempotencyStore.Claim(
                key,
                "nonce of the owner",
                0,
                Fingerprint.of(((Decoded.Task) decoded).message()),
                ((Decoded.Task) decoded).message().id(),
                Duration.ofSeconds(30),
                WEEK,
                false,
                "another@host",
                IdempotencyStore.AfterLeaseLoss.RERUN,
                3);
    }

    private static void completed(PipelineFixture test, IdempotencyStore.Claim claim, String outcome, boolean frees) {
        ClaimReply.Granted grant = (ClaimReply.Granted) test.store.claim(claim).join();
        assertThat(test.store.complete(new IdempotencyStore.Completion(
                        claim.key(),
                        grant.token(),
                        claim.attempt(),
                        claim.fingerprint(),
                        claim.taskId(),
                        outcome,
                        WEEK,
                        grant.claimedAt(),
                        null,
                        null,
                        ODD,
                        frees)))
                .isCompleted();
        test.store.advance(Duration.ofSeconds(11));
    }

    private static void assertKeptForAPerson(PipelineFixture test) {
        await().until(() -> test.channel.settled.size() == 1);
        assertThat(test.channel.reasons()).containsExactly("dead_letter follow_ups_unreadable");
        assertThat(test.counts.setAside).containsExactly("follow_ups_unreadable");
        assertThat(test.counts.duplicates).isEmpty();
        assertThat(test.runs).isEmpty();
        assertThat(test.pipeline.inFlight().size()).isZero();
    }

    @Test
    void duplicate_isNotAcknowledgedAway() {
        try (PipelineFixture test = new PipelineFixture((context, call) -> 5)) {
            completed(test, claimOf(test.delivery("a"), TaskKey.ofTaskId("a")), "SUCCESS", false);

            test.pipeline.accept(test.delivery("a"));

            assertKeptForAPerson(test);
        }
    }

    @Test
    void oldCopyOfAHandedOffAttempt_isNotAcknowledgedAway() {
        try (PipelineFixture test = new PipelineFixture((context, call) -> 5)) {
            IdempotencyStore.Claim claim = claimOf(test.delivery("a"), TaskKey.ofTaskId("a"));
            ClaimReply.Granted grant =
                    (ClaimReply.Granted) test.store.claim(claim).join();
            assertThat(test.store.handOff(new IdempotencyStore.HandOff(
                            claim.key(),
                            grant.token(),
                            0,
                            claim.fingerprint(),
                            "a",
                            1,
                            "",
                            WEEK,
                            grant.claimedAt(),
                            null,
                            ODD)))
                    .isCompleted();
            test.store.advance(Duration.ofSeconds(11));

            test.pipeline.accept(test.delivery("a"));

            assertKeptForAPerson(test);
        }
    }

    @Test
    void laterIdOfAKeyThatAFailureFreed_doesNotGoRound() {
        TaskOptions byArgument = TaskOptions.builder().key("0").build();
        try (PipelineFixture test = new PipelineFixture((context, call) -> 5, byArgument)) {
            completed(test, claimOf(test.delivery("a"), TaskKey.explicit("test.run", "x")), "FAILURE", true);

            test.pipeline.accept(test.delivery("b"));

            assertKeptForAPerson(test);
        }
    }
}
