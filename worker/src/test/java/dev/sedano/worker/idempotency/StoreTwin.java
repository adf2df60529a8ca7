package dev.sedano.worker.idempotency;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sedano.worker.idempotency.IdempotencyStore.Claim;
import dev.sedano.worker.idempotency.IdempotencyStore.Completion;
import dev.sedano.worker.idempotency.IdempotencyStore.HandOff;
import dev.sedano.worker.idempotency.IdempotencyStore.Parking;
import dev.sedano.worker.idempotency.IdempotencyStore.StepChange;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The store under test with one in memory beside it, which is told the same: their answers must be equal but for tokens,
 * which are matched, and times.
 */
final class StoreTwin {
    private final IdempotencyStore tested;
    private final InMemoryIdempotencyStore twin = new InMemoryIdempotencyStore();
    private final Map<Long, Long> tokens = new HashMap<>();

    StoreTwin(IdempotencyStore tested) {
        this.tested = tested;
    }

    void advance(Duration time) {
        twin.advance(time);
    }

    void storeResult(String resultKey, byte[] body) {
        twin.storeResult(resultKey, body);
    }

    ClaimReply claim(Claim claim) {
        ClaimReply real = get(tested.claim(claim));
        ClaimReply other = get(twin.claim(claim));
        if (real instanceof ClaimReply.Granted granted && other instanceof ClaimReply.Granted beside) {
            Long before = tokens.put(granted.token(), beside.token());
            assertThat(before).isIn(null, beside.token());
        }
        assertThat(text(real, this::matched)).isEqualTo(text(other, token -> token));
        return real;
    }

    CompleteReply complete(Completion done) {
        Completion beside = new Completion(
                done.key(),
                matched(done.token()),
                done.attempt(),
                done.fingerprint(),
                done.taskId(),
                done.outcome(),
                done.ttl(),
                done.claimedAt(),
                done.result(),
                done.storedResult(),
                done.followUps(),
                done.frees());
        return same(get(tested.complete(done)), get(twin.complete(beside)));
    }

    CompleteReply handOff(HandOff over) {
        HandOff beside = new HandOff(
                over.key(),
                matched(over.token()),
                over.attempt(),
                over.fingerprint(),
                over.taskId(),
                over.next(),
                over.nextFingerprint(),
                over.keep(),
                over.claimedAt(),
                over.result(),
                over.followUps());
        return same(get(tested.handOff(over)), get(twin.handOff(beside)));
    }

    private CompleteReply same(CompleteReply real, CompleteReply other) {
        assertThat(text(real, this::matched)).isEqualTo(text(other, token -> token));
        return real;
    }

    boolean settle(TaskKey key, long token) {
        return equal(get(tested.settle(key, token)), get(twin.settle(key, matched(token))));
    }

    boolean release(TaskKey key, String nonce) {
        return equal(get(tested.release(key, nonce)), get(twin.release(key, nonce)));
    }

    RenewReply renew(TaskKey key, long token, Duration lease) {
        return equal(get(tested.renew(key, token, lease)), get(twin.renew(key, matched(token), lease)));
    }

    RenewReply start(TaskKey key, long token) {
        return equal(get(tested.start(key, token)), get(twin.start(key, matched(token))));
    }

    RenewReply park(TaskKey key, long token) {
        return equal(
                get(tested.park(new Parking(key, token, "", "w"))),
                get(twin.park(new Parking(key, matched(token), "", "w"))));
    }

    StepReply step(TaskKey key, long token, StepChange change) {
        StepReply real = get(tested.step(key, token, change));
        StepReply other = get(twin.step(key, matched(token), change));
        assertThat(text(real, this::matched)).isEqualTo(text(other, each -> each));
        return real;
    }

    /** A block at {@code blocked}, which is {@code ago} milliseconds ago. */
    BlockVerdict reportBlocked(BlockedDelivery blocked, long ago) {
        BlockVerdict real = get(tested.reportBlocked(blocked));
        BlockVerdict other = get(twin.reportBlocked(
                new BlockedDelivery(blocked.id(), blocked.key(), blocked.attempt(), twin.estimatedNow() - ago)));
        assertThat(text(real)).isEqualTo(text(other));
        return real;
    }

    private static <T> T equal(T real, T other) {
        assertThat(real).isEqualTo(other);
        return real;
    }

    private long matched(long token) {
        return tokens.getOrDefault(token, -token);
    }

    private static String text(ClaimReply reply, Function<Long, Long> token) {
        if (reply instanceof ClaimReply.Granted granted) {
            return "granted " + token.apply(granted.token()) + " " + granted.priorRun();
        } else if (reply instanceof ClaimReply.Busy busy) {
            return "busy " + token.apply(busy.token());
        } else if (reply instanceof ClaimReply.Duplicate done) {
            return "duplicate " + token.apply(done.token()) + " " + done.firstId() + " " + done.outcome() + " "
                    + text(done.storedResult()) + " " + text(done.followUps());
        } else if (reply instanceof ClaimReply.StaleAttempt stale) {
            return "stale " + token.apply(stale.token()) + " " + stale.nextAttempt() + " " + text(stale.followUps());
        } else if (reply instanceof ClaimReply.Unfinished left) {
            return "unfinished " + token.apply(left.token()) + " " + text(left.followUps());
        } else if (reply instanceof ClaimReply.Conflict conflict) {
            return "conflict " + token.apply(conflict.token()) + " " + conflict.ofOtherTask();
        } else if (reply instanceof ClaimReply.Parked parked) {
            return "parked " + token.apply(parked.token()) + " " + parked.owner() + " " + parked.lastStep();
        }
        return reply.toString();
    }

    private static String text(CompleteReply reply, Function<Long, Long> token) {
        if (reply instanceof CompleteReply.Recorded recorded) {
            return "recorded " + recorded.replay() + " " + recorded.resultWritten() + " " + recorded.uncounted()
                    + recorded.resolved().stream().map(StoreTwin::text).sorted().collect(Collectors.joining());
        }
        return "stale " + token.apply(((CompleteReply.Stale) reply).token());
    }

    private static String text(StepReply reply, Function<Long, Long> token) {
        if (reply instanceof StepReply.Done done) {
            return "done " + text(done.value());
        }
        return reply instanceof StepReply.Begun begun ? "begun " + token.apply(begun.token()) : reply.toString();
    }

    private static String text(BlockVerdict verdict) {
        return verdict instanceof BlockVerdict.Resolved resolved
                ? " " + resolved.id() + (resolved.falsePositive() ? " false " : " true ") + resolved.first()
                : "pending";
    }

    private static String text(byte @Nullable [] bytes) {
        return bytes == null ? "-" : new String(bytes, UTF_8);
    }

    private static <T> T get(CompletableFuture<T> future) {
        return future.orTimeout(20, TimeUnit.SECONDS).join();
    }
}
