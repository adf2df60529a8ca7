package dev.sedano.worker.idempotency;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sedano.worker.idempotency.IdempotencyStore.AfterLeaseLoss;
import dev.sedano.worker.idempotency.IdempotencyStore.Completion;
import dev.sedano.worker.idempotency.IdempotencyStore.HandOff;
import dev.sedano.worker.idempotency.IdempotencyStore.Parking;
import dev.sedano.worker.idempotency.IdempotencyStore.StepChange;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What becomes of a key over more than one run: keys that a failed run gave free, takeovers by another id, crash loops,
 * steps, and records that went back in time.
 */
abstract class KeyLivesContract extends SharedTurnsContract {
    private static final Duration PUBLISHING = Duration.ofSeconds(10);
    private static final byte[] LEFT = "left".getBytes(UTF_8);

    private TaskKey shared = TaskKey.ofTaskId("");

    @BeforeEach
    void sharedKey() {
        shared = TaskKey.explicit("orders.ship", id);
    }

    @Test
    void freeKey_runsALaterId_butNoOldCopyOfThoseThatHadIt() {
        long failed = failsAndFrees("id-1", "a", null);
        assertThat(ask("id-1", "again")).isInstanceOf(ClaimReply.Duplicate.class);

        long second = granted(ask("id-2", "b")).token();
        assertThat(second).isGreaterThan(failed);
        assertThat(ask("id-1", "c")).isEqualTo(new ClaimReply.StaleAttempt(second, 0, null));
        assertThat(get(store().park(new Parking(shared, second, "id-2", "w")))).isEqualTo(RenewReply.RENEWED);
        assertThat(ask("id-1", "d")).isEqualTo(new ClaimReply.StaleAttempt(second, 0, null));
        ends("id-2", second, null, false);
        assertThat(ask("id-1", "e")).isEqualTo(new ClaimReply.StaleAttempt(second, 0, null));
        assertThat(ask("id-3", "f")).isInstanceOf(ClaimReply.Duplicate.class);
    }

    @Test
    void freeKey_isNotForALaterId_beforeItsFollowUpsAreSettled() {
        long failed = failsAndFrees("id-1", "a", LEFT);
        assertThat(ask("id-2", "b")).isInstanceOf(ClaimReply.Busy.class);
        pass(PUBLISHING);

        ClaimReply.Unfinished left = (ClaimReply.Unfinished) ask("id-2", "b");
        assertThat(left.token()).isEqualTo(failed);
        assertThat(left.followUps()).isEqualTo(LEFT);
        assertThat(get(store().settle(shared, failed))).isTrue();
        granted(ask("id-2", "b"));
    }

    @Test
    void completedLifeAfterAFreeOne_handsItsFollowUpsAlsoToOldCopies() {
        failsAndFrees("id-1", "a", null);
        long second = granted(ask("id-2", "b")).token();
        ends("id-2", second, LEFT, false);
        assertThat(ask("id-1", "c")).isInstanceOf(ClaimReply.Busy.class);
        pass(PUBLISHING);

        assertThat(((ClaimReply.StaleAttempt) ask("id-1", "c")).followUps()).isEqualTo(LEFT);
    }

    @Test
    void releasedClaimOfAFreeKey_leavesTheFailedRunAsItWas() {
        long failed = failsAndFrees("id-1", "a", null);
        get(store().reportBlocked(new BlockedDelivery("x", shared, 3, store().estimatedNow())));
        granted(ask("id-2", "b"));
        assertThat(get(store().release(shared, "b"))).isTrue();
        assertThat(get(store().release(shared, "b"))).isFalse();

        ClaimReply.Duplicate same = (ClaimReply.Duplicate) ask("id-1", "c");
        assertThat(same.token()).isEqualTo(failed);
        assertThat(same.outcome()).isEqualTo("FAILURE");
        assertThat(same.storedResult()).isEqualTo(DONE);
        CompleteReply replay = get(store().complete(ending("id-1", failed, null, true)));
        assertThat(((CompleteReply.Recorded) replay).replay()).isTrue();
        assertThat(granted(ask("id-2", "d")).priorRun()).isEqualTo(PriorRun.NONE);
    }

    @Test
    void stepsOfAFreeKey_areForTheSameWorkAlone_alsoAfterAReleasedClaimOfOtherWork() {
        long first = granted(ask("id-1", "a")).token();
        get(store().step(shared, first, new StepChange.End("paid", DONE)));
        ends("id-1", first, null, true);
        long other = granted(claimAs(shared, "id-2", "b", 0, "g", false, AfterLeaseLoss.RERUN))
                .token();
        assertThat(get(store().step(shared, other, new StepChange.Read("paid"))))
                .isInstanceOf(StepReply.Free.class);
        assertThat(get(store().release(shared, "b"))).isTrue();

        long same = granted(ask("id-3", "c")).token();
        assertThat(((StepReply.Done) get(store().step(shared, same, new StepChange.Read("paid")))).value())
                .isEqualTo(DONE);
    }

    @Test
    void takeoverByAnotherId_letsItsRetryRun_andTellsTheFirstIdOfTheOutcome() {
        granted(ask("id-1", "a"));
        pass(LEASE.plusMillis(1));
        long taker = granted(ask("id-2", "b")).token();
        get(store().handOff(handOff("id-2", taker)));
        assertThat(ask("id-1", "c")).isInstanceOf(ClaimReply.Busy.class);
        long retry = granted(claimAs(shared, "id-2", "d", 1, "f", false, AfterLeaseLoss.RERUN))
                .token();
        get(store().complete(new Completion(
                shared, retry, 1, "f", "id-2", "SUCCESS", DAY, 0, null, DONE.clone(), null, false)));

        ClaimReply.Duplicate duplicate = (ClaimReply.Duplicate) ask("id-1", "e");
        assertThat(duplicate.firstId()).isEqualTo("id-2");
        assertThat(duplicate.storedResult()).isEqualTo(DONE);
    }

    @Test
    void takenOverRunThatGivesItsKeyFree_givesItToNoneOfItsIds() {
        granted(ask("id-1", "a"));
        pass(LEASE.plusMillis(1));
        ends("id-2", granted(ask("id-2", "b")).token(), null, true);
        assertThat(ask("id-1", "c")).isInstanceOf(ClaimReply.Duplicate.class);
        assertThat(ask("id-2", "d")).isInstanceOf(ClaimReply.Duplicate.class);

        granted(ask("id-3", "e"));
        assertThat(ask("id-1", "f")).isInstanceOf(ClaimReply.StaleAttempt.class);
        assertThat(ask("id-2", "g")).isInstanceOf(ClaimReply.StaleAttempt.class);
    }

    @Test
    void crashes_areCountedByRecordedStarts_andTheFirstNeedsNone() {
        granted(claimLimited("a", 3));
        assertThat(lost("b", 3)).isEqualTo(PriorRun.MAY_HAVE_RUN);
        assertThat(started("c", 3)).isEqualTo(PriorRun.MAY_HAVE_RUN);
        assertThat(started("d", 3)).isEqualTo(PriorRun.MAY_HAVE_RUN);
        assertThat(lost("e", 3)).isEqualTo(PriorRun.TOO_MANY_CRASHES);
    }

    @Test
    void neighbourOfCrashes_thatNeverStarted_isNotBlamed() {
        granted(claimLimited("a", 1));
        assertThat(lost("b", 1)).isEqualTo(PriorRun.MAY_HAVE_RUN);
        assertThat(lost("c", 1)).isEqualTo(PriorRun.MAY_HAVE_RUN);
        assertThat(started("d", 2)).isEqualTo(PriorRun.MAY_HAVE_RUN);
        assertThat(lost("e", 2)).isEqualTo(PriorRun.TOO_MANY_CRASHES);
    }

    @Test
    void recordThatIsLeftAfterALoss_isDoubtedLikeAMissingOne() {
        loseAllData();
        claimAs(TaskKey.ofTaskId("x" + id), "x" + id, "n", 0, "f", true, AfterLeaseLoss.RERUN);
        long token = granted(ask("id-1", "a")).token();
        get(store().handOff(handOff("id-1", token)));

        assertThat(retryCopy(AfterLeaseLoss.RERUN)).isInstanceOf(ClaimReply.Unsafe.class);
        endUnsafeWindow();
        assertThat(retryCopy(AfterLeaseLoss.PARK)).isEqualTo(new ClaimReply.HeldAfterLoss());
        assertThat(granted(retryCopy(AfterLeaseLoss.RERUN)).priorRun()).isEqualTo(PriorRun.STORE_LOST_DATA);
    }

    @Test
    void lowerAttemptOrFreeKeyThatIsLeftAfterALoss_isDoubtedToo() {
        loseAllData();
        claimAs(TaskKey.ofTaskId("x" + id), "x" + id, "n", 0, "f", true, AfterLeaseLoss.RERUN);
        granted(ask("id-1", "a"));
        pass(LEASE.plusMillis(1));
        endUnsafeWindow();
        assertThat(granted(retryCopy(AfterLeaseLoss.RERUN)).priorRun()).isEqualTo(PriorRun.STORE_LOST_DATA);

        shared = TaskKey.explicit("orders.bill", id);
        failsAndFrees("id-1", "a", null);
        assertThat(granted(claimAs(shared, "id-2", "b", 0, "f", true, AfterLeaseLoss.RERUN))
                        .priorRun())
                .isEqualTo(PriorRun.STORE_LOST_DATA);
    }

    /** A worker that cannot learn whether its start is recorded gives the claim back, and the handler never ran. */
    @Test
    void aRecordedStartThatIsGivenBack_isNoCrash() {
        assertThat(granted(claimLimited("n0", 3)).priorRun()).isEqualTo(PriorRun.NONE);
        for (int outage = 1; outage <= 4; outage++) {
            assertThat(started("n" + outage, 3)).isEqualTo(PriorRun.MAY_HAVE_RUN);
            assertThat(get(store().release(key, "n" + outage))).isTrue();
        }
        started("crash 1", 3);
        started("crash 2", 3);
        assertThat(lost("crash 3", 3)).isEqualTo(PriorRun.TOO_MANY_CRASHES);
    }

    @Test
    void aStartThatArrivesAfterTheClaimWasGivenBack_doesNotCount() {
        assertThat(granted(claimLimited("n0", 3)).priorRun()).isEqualTo(PriorRun.NONE);
        pass(LEASE.plusMillis(1));
        for (int outage = 1; outage <= 3; outage++) {
            ClaimReply.Granted grant = granted(claimLimited("n" + outage, 3));
            assertThat(grant.priorRun()).isEqualTo(PriorRun.MAY_HAVE_RUN);
            assertThat(get(store().release(key, "n" + outage))).isTrue();
            assertThat(get(store().start(key, grant.token()))).isEqualTo(RenewReply.STALE);
        }
    }

    private ClaimReply retryCopy(AfterLeaseLoss policy) {
        return claimAs(shared, "id-1", "r", 1, "f", true, policy);
    }

    private ClaimReply ask(String taskId, String nonce) {
        return claimAs(shared, taskId, nonce, 0, "f", false, AfterLeaseLoss.RERUN);
    }

    private ClaimReply claimLimited(String nonce, int maxCrashes) {
        return get(store().claim(new IdempotencyStore.Claim(
                key, nonce, 0, "f", id, LEASE, DAY, false, "w", AfterLeaseLoss.RERUN, maxCrashes)));
    }

    /** The owner vanishes; the next one claims. */
    private PriorRun lost(String nonce, int maxCrashes) {
        pass(LEASE.plusMillis(1));
        return granted(claimLimited(nonce, maxCrashes)).priorRun();
    }

    /** As {@link #lost}, and the next one starts, which counts once however often it is told. */
    private PriorRun started(String nonce, int maxCrashes) {
        pass(LEASE.plusMillis(1));
        ClaimReply.Granted grant = granted(claimLimited(nonce, maxCrashes));
        for (int told = 0; told < 2; told++) {
            assertThat(get(store().start(key, grant.token()))).isEqualTo(RenewReply.RENEWED);
        }
        return grant.priorRun();
    }

    private long failsAndFrees(String taskId, String nonce, byte @Nullable [] followUps) {
        long token = granted(ask(taskId, nonce)).token();
        ends(taskId, token, followUps, true);
        return token;
    }

    private void ends(String taskId, long token, byte @Nullable [] followUps, boolean frees) {
        CompleteReply reply = get(store().complete(ending(taskId, token, followUps, frees)));
        assertThat(reply).isEqualTo(new CompleteReply.Recorded(false, false, List.of()));
    }

    private Completion ending(String taskId, long token, byte @Nullable [] followUps, boolean frees) {
        return new Completion(shared, token, 0, "f", taskId, "FAILURE", DAY, 0, null, DONE.clone(), followUps, frees);
    }

    private HandOff handOff(String taskId, long token) {
        return new HandOff(shared, token, 0, "f", taskId, 1, "", DAY, 0, null, LEFT);
    }
}
