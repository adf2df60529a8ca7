package dev.sedano.worker.idempotency;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sedano.worker.idempotency.IdempotencyStore.AfterLeaseLoss;
import dev.sedano.worker.idempotency.IdempotencyStore.Completion;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** What every store must do. A fake that is weaker than the real one would let tests pass for the wrong reason. */
public abstract class IdempotencyStoreContract extends KeyLivesContract {
    @Test
    void firstClaim_isGrantedAndNobodyRanBefore() {
        assertThat(granted(claim("a")).priorRun()).isEqualTo(PriorRun.NONE);
    }

    @Test
    void sameNonceAgain_getsTheSameToken() {
        long token = granted(claim("a")).token();

        assertThat(granted(claim("a")).token()).isEqualTo(token);
    }

    @Test
    void secondDelivery_isBusyForTheRestOfTheLease() {
        long token = granted(claim("a")).token();
        pass(Duration.ofSeconds(10));

        ClaimReply.Busy busy = (ClaimReply.Busy) claim("b");
        assertThat(busy.token()).isEqualTo(token);
        assertThat(busy.left()).isBetween(Duration.ofSeconds(15), Duration.ofSeconds(20));
    }

    @Test
    void lostLease_isTakenOverAndAnnounced() {
        long first = granted(claim("a")).token();
        pass(LEASE.plusMillis(1));

        ClaimReply.Granted second = granted(claim("b"));
        assertThat(second.priorRun()).isEqualTo(PriorRun.MAY_HAVE_RUN);
        assertThat(second.token()).isGreaterThan(first);
        assertThat(complete(key, first)).isEqualTo(new CompleteReply.Stale(second.token()));
        assertThat(get(store().renew(key, first, LEASE))).isEqualTo(RenewReply.STALE);
    }

    @Test
    void lostLease_withPolicyParkIsParked_andTheLateOwnerMayStillComplete() {
        ClaimReply.Granted first = granted(claim("a"));
        long token = first.token();
        long claimedAt = first.claimedAt();
        pass(LEASE.plusMillis(1));

        assertThat(claimAs(key, id, "b", 0, "f", false, AfterLeaseLoss.PARK))
                .isEqualTo(new ClaimReply.Parked(token, "w@host", claimedAt, ""));
        assertThat(claim("c")).isEqualTo(new ClaimReply.Parked(token, "w@host", claimedAt, ""));
        assertThat(complete(key, token)).isInstanceOf(CompleteReply.Recorded.class);
        assertThat(claim("d")).isInstanceOf(ClaimReply.Duplicate.class);
    }

    @Test
    void renewal_prolongsTheLeaseFromNow() {
        long token = granted(claim("a")).token();
        pass(Duration.ofSeconds(20));
        assertThat(get(store().renew(key, token, LEASE))).isEqualTo(RenewReply.RENEWED);
        pass(Duration.ofSeconds(20));

        assertThat(claim("b")).isInstanceOf(ClaimReply.Busy.class);
    }

    @Test
    void renewalWithoutRecord_saysAbsent() {
        assertThat(get(store().renew(key, 5, LEASE))).isEqualTo(RenewReply.ABSENT);
    }

    @Test
    void completion_isRecordedOnceAndReplaysSaySo() {
        long token = granted(claim("a")).token();

        assertThat(complete(key, token)).isEqualTo(new CompleteReply.Recorded(false, false, List.of()));
        assertThat(complete(key, token)).isEqualTo(new CompleteReply.Recorded(true, false, List.of()));
        assertThat(claim("b")).isEqualTo(new ClaimReply.Duplicate(token, id, "SUCCESS", null, null));
    }

    @Test
    void completionOfAnotherToken_isStaleAndWritesNothing() {
        long token = granted(claim("a")).token();

        CompleteReply reply = get(store().complete(completion(key, token + 1, "r:" + id, DONE, null)));
        assertThat(reply).isEqualTo(new CompleteReply.Stale(token));
        assertThat(storedResult("r:" + id)).isNull();
    }

    @Test
    void completionOfAnotherAttempt_isStale() {
        long token = granted(claim("a")).token();
        Completion wrong = new Completion(key, token, 1, "f", id, "SUCCESS", DAY, 0, null, null, null, false);

        assertThat(get(store().complete(wrong))).isEqualTo(new CompleteReply.Stale(token));
    }

    @Test
    void result_isWrittenWithTheMarker() {
        long token = granted(claim("a")).token();

        CompleteReply reply = get(store().complete(completion(key, token, "r:" + id, DONE, null)));
        assertThat(reply).isEqualTo(new CompleteReply.Recorded(false, true, List.of()));
        assertThat(storedResult("r:" + id)).isEqualTo(DONE);
    }

    @Test
    void storedSuccess_isNeverOverwritten() {
        for (String stored : List.of(
                "{\"status\": \"SUCCESS\", \"result\": 1}",
                "{\"status\":\"SUCCESS\",\"result\":1}",
                "\u0082\u00a6status\u00a7SUCCESS\u00a6result\u0001", // msgpack
                "children: []\ndate_done: null\nresult: 1\nstatus: SUCCESS\ntask_id: a\n")) {
            freshKey();
            byte[] earlier = stored.getBytes(ISO_8859_1);
            storeResult("r:" + id, earlier);
            long token = granted(claim("a")).token();

            CompleteReply reply = get(store().complete(completion(key, token, "r:" + id, DONE, null)));
            assertThat(reply).isEqualTo(new CompleteReply.Recorded(false, false, List.of()));
            assertThat(storedResult("r:" + id)).isEqualTo(earlier);
        }
    }

    @Test
    void anyOtherStoredState_isOverwritten() {
        for (String stored : List.of(
                "{\"status\": \"STARTED\"}",
                "\u0082\u00a6status\u00a7FAILURE\u00a6result\u00a7SUCCESS",
                "children: []\nresult: \"status: SUCCESS\"\nstatus: FAILURE\n",
                "children: []\nresult:\n  status: SUCCESS\nstatus: STARTED\n")) {
            freshKey();
            storeResult("r:" + id, stored.getBytes(ISO_8859_1));
            long token = granted(claim("a")).token();
            get(store().complete(completion(key, token, "r:" + id, DONE, null)));

            assertThat(storedResult("r:" + id)).isEqualTo(DONE);
        }
    }

    @Test
    void duplicateOfAnotherId_getsTheFirstIdAndTheStoredResult() {
        key = TaskKey.explicit("orders.ship", id);
        long token = granted(claimAs(key, "id-1", "a", 0, "f", false, AfterLeaseLoss.RERUN))
                .token();
        get(store().complete(completion(key, token, "r:" + id, DONE, DONE.clone())));

        ClaimReply.Duplicate duplicate =
                (ClaimReply.Duplicate) claimAs(key, "id-2", "b", 0, "f", false, AfterLeaseLoss.RERUN);
        assertThat(duplicate.firstId()).isEqualTo("id-1");
        assertThat(duplicate.outcome()).isEqualTo("SUCCESS");
        assertThat(duplicate.storedResult()).isEqualTo(DONE);
    }

    @Test
    void anotherIdWithOtherPayload_isBusyFirstAndThenAConflict() {
        key = TaskKey.explicit("orders.ship", id);
        long token = granted(claimAs(key, "id-1", "a", 0, "f", false, AfterLeaseLoss.RERUN))
                .token();
        assertThat(claimAs(key, "id-2", "b", 0, "g", false, AfterLeaseLoss.RERUN))
                .isInstanceOf(ClaimReply.Busy.class);
        pass(LEASE.plusMillis(1));
        assertThat(claimAs(key, "id-2", "b", 0, "g", false, AfterLeaseLoss.RERUN))
                .isInstanceOf(ClaimReply.Busy.class);
        get(store().complete(completion(key, token, null, DONE, null)));

        assertThat(claimAs(key, "id-2", "b", 0, "g", false, AfterLeaseLoss.RERUN))
                .isEqualTo(new ClaimReply.Conflict(token, true));
    }

    @Test
    void sameIdWithOtherPayloadUnderAnExplicitKey_isACopyOfWhatHasTheKey() {
        key = TaskKey.explicit("orders.ship", id);
        long token = granted(claimAs(key, "id-1", "a", 0, "f", false, AfterLeaseLoss.RERUN))
                .token();
        assertThat(claimAs(key, "id-1", "b", 0, "g", false, AfterLeaseLoss.RERUN))
                .isEqualTo(new ClaimReply.Conflict(token, false));
        get(store().complete(completion(key, token, null, DONE, null)));

        assertThat(claimAs(key, "id-1", "b", 0, "g", false, AfterLeaseLoss.RERUN))
                .isEqualTo(new ClaimReply.Conflict(token, false));
    }

    @Test
    void anotherIdWithALowerAttempt_isBusyAndNeverStale() {
        key = TaskKey.explicit("orders.ship", id);
        granted(claimAs(key, "id-1", "a", 3, "f", false, AfterLeaseLoss.RERUN));

        assertThat(claimAs(key, "id-2", "b", 0, "f", false, AfterLeaseLoss.RERUN))
                .isInstanceOf(ClaimReply.Busy.class);
    }

    @Test
    void samePayloadOfTwoScopes_doesNotCollide() {
        granted(claimAs(TaskKey.explicit("a", id), "1", "a", 0, "f", false, AfterLeaseLoss.RERUN));

        granted(claimAs(TaskKey.explicit("b", id), "2", "b", 0, "f", false, AfterLeaseLoss.RERUN));
    }

    @Test
    void sameAttemptWithOtherPayload_isAConflict() {
        long token = granted(claim("a")).token();
        assertThat(claimAs(key, id, "b", 0, "g", false, AfterLeaseLoss.RERUN))
                .isEqualTo(new ClaimReply.Conflict(token, false));
        complete(key, token);

        assertThat(claimAs(key, id, "b", 0, "g", false, AfterLeaseLoss.RERUN))
                .isEqualTo(new ClaimReply.Conflict(token, false));
    }

    @Test
    void oldAttempt_isStaleWhileALaterOneRuns() {
        long token = granted(claimAs(key, id, "a", (1L << 20) + 2, "f", false, AfterLeaseLoss.RERUN))
                .token();

        assertThat(claimAs(key, id, "b", 2, "f", false, AfterLeaseLoss.RERUN))
                .isEqualTo(new ClaimReply.StaleAttempt(token, (1L << 20) + 2, null));
    }

    @Test
    void release_forgetsTheClaimOfOneWhoNeverStarted() {
        granted(claim("a"));
        assertThat(get(store().release(key, "x"))).isFalse();
        assertThat(get(store().release(key, "a"))).isTrue();
        assertThat(get(store().release(key, "a"))).isFalse();

        assertThat(granted(claim("b")).priorRun()).isEqualTo(PriorRun.NONE);
    }

    @Test
    void release_keepsTheKnowledgeThatAnEarlierOwnerMayHaveRun() {
        granted(claim("a"));
        pass(LEASE.plusMillis(1));
        granted(claim("b"));
        assertThat(get(store().release(key, "b"))).isTrue();

        assertThat(granted(claim("c")).priorRun()).isEqualTo(PriorRun.MAY_HAVE_RUN);
    }

    @Test
    void blockBeforeTheWinningClaim_isAFalsePositive_thatOnlyItsCompletionCounts() {
        granted(claim("probe"));
        long at = store().estimatedNow();
        get(store().release(key, "probe"));
        BlockedDelivery blocked = new BlockedDelivery("x", key, 0, at);
        assertThat(get(store().reportBlocked(blocked))).isEqualTo(new BlockVerdict.Pending());
        assertThat(get(store().reportBlocked(blocked))).isEqualTo(new BlockVerdict.Pending());
        pass(Duration.ofSeconds(5));
        ClaimReply.Granted grant = granted(claim("a"));
        assertThat(grant.priorRun()).isEqualTo(PriorRun.NONE);

        Duration delay = Duration.ofMillis(grant.claimedAt() - at);
        BlockVerdict.Resolved verdict = new BlockVerdict.Resolved("x", true, delay, true);
        BlockVerdict.Resolved repeated = new BlockVerdict.Resolved("x", true, delay, false);
        assertThat(complete(key, grant.token())).isEqualTo(new CompleteReply.Recorded(false, false, List.of(verdict)));
        assertThat(complete(key, grant.token())).isEqualTo(new CompleteReply.Recorded(true, false, List.of(verdict)));
        assertThat(get(store().reportBlocked(blocked))).isEqualTo(repeated);
    }

    @Test
    void blockOfASecondCopy_isATruePositive_alsoWhenReportedLate() {
        ClaimReply.Granted grant = granted(claim("a"));
        long at = grant.claimedAt() + 5;
        get(store().reportBlocked(new BlockedDelivery("x", key, 0, at)));
        BlockVerdict.Resolved verdict = new BlockVerdict.Resolved("x", false, Duration.ZERO, true);
        assertThat(complete(key, grant.token())).isEqualTo(new CompleteReply.Recorded(false, false, List.of(verdict)));

        for (int repetition = 0; repetition < 2; repetition++) {
            assertThat(get(store().reportBlocked(new BlockedDelivery("y", key, 0, at))))
                    .isEqualTo(new BlockVerdict.Resolved("y", false, Duration.ZERO, true));
        }
    }

    @Test
    void concurrentClaims_areGrantedOnce() {
        List<CompletableFuture<ClaimReply>> replies = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            replies.add(store().claim(request(key, id, "n" + i, 0, "f", false, AfterLeaseLoss.RERUN)));
        }

        assertThat(replies.stream().map(StoreContractFixture::get).filter(ClaimReply.Granted.class::isInstance))
                .hasSize(1);
    }

    @Test
    void lossOfData_isNoticedByTheNextClaim() {
        long token = granted(claim("a")).token();
        loseAllData();

        assertThat(claimAs(key, id, "b", 0, "f", true, AfterLeaseLoss.RERUN)).isInstanceOf(ClaimReply.Unsafe.class);
        granted(claimAs(TaskKey.ofTaskId(id + "new"), id + "new", "n", 0, "f", false, AfterLeaseLoss.RERUN));
        endUnsafeWindow();
        assertThat(claimAs(key, id, "b", 0, "f", true, AfterLeaseLoss.PARK)).isEqualTo(new ClaimReply.HeldAfterLoss());
        ClaimReply.Granted again = granted(claimAs(key, id, "b", 0, "f", true, AfterLeaseLoss.RERUN));
        assertThat(again.priorRun()).isEqualTo(PriorRun.STORE_LOST_DATA);
        assertThat(again.token()).isGreaterThan(token);
    }

    @Test
    void ownerWhoseRecordVanished_completesNormally() {
        long token = granted(claim("a")).token();
        loseAllData();

        assertThat(complete(key, token)).isEqualTo(new CompleteReply.Recorded(false, false, List.of()));
        assertThat(claim("b")).isEqualTo(new ClaimReply.Duplicate(token, id, "SUCCESS", null, null));
    }

    @Test
    void helloTwice_isOk() {
        assertThat(get(store().hello()).verdict()).isEqualTo(StoreStatus.Verdict.OK);
        assertThat(store().estimatedNow()).isPositive();
    }
}
