package dev.sedano.worker.idempotency;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sedano.worker.idempotency.IdempotencyStore.AfterLeaseLoss;
import dev.sedano.worker.idempotency.IdempotencyStore.Claim;
import dev.sedano.worker.idempotency.IdempotencyStore.Completion;
import dev.sedano.worker.idempotency.IdempotencyStore.ResultWrite;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One random history of one key, told by a seed, checked against a ghost that knows what must be true: at most one
 * completion per attempt, no grant after it, no live lease taken, reruns announced, tokens grow, verdicts true.
 */
public final class StoreSchedule {
    /** The store under test and what the ghost may do to it. */
    public interface Bench {
        /** The store. */
        IdempotencyStore store();

        /** Moves the store's clock. */
        void advance(Duration time);

        /** The store's clock. */
        long now();

        /** Puts a result there. */
        void storeResult(String resultKey, byte[] body);

        /** What is there. */
        byte @Nullable [] result(String resultKey);

        /** Whether the completed record of {@code key}, and its result, will expire. */
        boolean expires(TaskKey key, String resultKey);
    }

    private static final Duration LEASE = Duration.ofSeconds(10);
    private static final long STEP = 4000;
    private static final byte[] STORED = "{\"status\": \"SUCCESS\", \"result\": \"stored\"}".getBytes(UTF_8);

    private record Tenure(String nonce, long token, long attempt, String taskId, String print) {}

    private final Bench bench;
    private final Random random;
    private final String id;
    private final TaskKey key;
    private final String resultKey;
    private final List<String> log = new ArrayList<>();
    private final List<Tenure> tenures = new ArrayList<>();
    private final Map<Long, Long> claimedAt = new HashMap<>();
    private final Set<Long> mayHaveRun = new HashSet<>();
    private final Set<Long> completed = new HashSet<>();
    private final Map<String, BlockedDelivery> blocked = new HashMap<>();
    /** Whose call decided a block, by the block's id: nobody else may count it. */
    private final Map<String, String> counted = new HashMap<>();

    private @Nullable Tenure owner;
    private @Nullable Tenure winner;
    private long ghostNow;
    private long leaseEnd;
    private long highestToken;
    private long highestAttempt;
    private int nonces;
    private boolean successStored;
    /** Whether the record is absent, so that the next grant decides who was first. */
    private boolean fresh = true;

    private String firstId = "";
    private String firstPrint = "";

    private StoreSchedule(Bench bench, long seed, String id) {
        this.bench = bench;
        this.random = new Random(seed);
        this.id = id;
        this.key = random.nextInt(3) == 0 ? TaskKey.explicit("scope", id) : TaskKey.ofTaskId(id);
        this.resultKey = "result:" + id;
    }

    /** Plays the history of {@code seed}; throws AssertionError with the whole history if the store is wrong. */
    public static void play(Bench bench, long seed, String id) {
        StoreSchedule schedule = new StoreSchedule(bench, seed, id);
        try {
            schedule.play();
        } catch (RuntimeException | AssertionError e) {
            throw new AssertionError("seed " + seed + " " + schedule.log, e);
        }
    }

    private void play() {
        if (random.nextInt(5) == 0) {
            bench.storeResult(resultKey, STORED);
            successStored = true;
        }
        int steps = 10 + random.nextInt(25);
        for (int i = 0; i < steps; i++) {
            switch (random.nextInt(12)) {
                case 0, 1, 2, 3 -> claim(random.nextInt(4) == 0 ? 1 : 0, random.nextInt(8) == 0);
                case 4 -> replayClaim();
                case 5 -> renew();
                case 6, 7 -> complete();
                case 8 -> release();
                case 9 -> report();
                default -> {
                    bench.advance(Duration.ofMillis(STEP));
                    ghostNow += STEP;
                }
            }
        }
    }

    private void claim(long attempt, boolean otherPrint) {
        boolean stranger = key.explicit() && random.nextInt(3) == 0;
        String nonce = "n" + nonces++;
        ask(new Tenure(nonce, 0, attempt, stranger ? id + "-other" : id, otherPrint ? "g" : "f"));
    }

    private void replayClaim() {
        if (owner != null) {
            ask(owner);
        }
    }

    private void ask(Tenure who) {
        ClaimReply reply = get(bench.store()
                .claim(new Claim(
                        key,
                        who.nonce(),
                        who.attempt(),
                        who.print(),
                        who.taskId(),
                        LEASE,
                        Duration.ofDays(1),
                        random.nextBoolean(),
                        "w",
                        AfterLeaseLoss.RERUN,
                        3)));
        log.add("claim " + who + " -> " + reply + " at " + ghostNow);
        if (reply instanceof ClaimReply.Granted granted) {
            granted(who, granted);
        } else if (winner != null) {
            boolean same = firstId.equals(who.taskId())
                    ? who.attempt() != winner.attempt() || who.print().equals(winner.print())
                    : who.print().equals(firstPrint);
            if (!key.explicit() || !firstId.isEmpty()) {
                assertThat(reply).isInstanceOf(same ? ClaimReply.Duplicate.class : ClaimReply.Conflict.class);
            }
        } else if (reply instanceof ClaimReply.Duplicate) {
            throw new AssertionError("duplicate of nothing");
        } else if (owner != null
                && owner.attempt() == who.attempt()
                && owner.print().equals(who.print())) {
            assertThat(reply).isInstanceOf(ClaimReply.Busy.class);
            if (firstPrint.equals(who.print())) {
                assertThat(ghostNow).as("busy only while the lease lives").isLessThan(leaseEnd);
            }
        }
    }

    private void granted(Tenure who, ClaimReply.Granted granted) {
        assertThat(winner).as("grant after completion").isNull();
        boolean replay = owner != null && owner.nonce().equals(who.nonce());
        if (replay && owner != null) {
            assertThat(granted.token()).as("replayed token").isEqualTo(owner.token());
        } else {
            assertThat(granted.token()).as("tokens grow").isGreaterThan(highestToken);
            if (owner != null) {
                assertThat(ghostNow).as("live lease taken").isGreaterThanOrEqualTo(leaseEnd);
                assertThat(who.attempt()).as("old attempt").isGreaterThanOrEqualTo(owner.attempt());
                if (who.attempt() == owner.attempt()) {
                    assertThat(who.print()).as("another payload took over").isEqualTo(owner.print());
                }
                mayHaveRun.add(owner.attempt());
            }
            assertThat(who.attempt()).as("attempt before a known one").isGreaterThanOrEqualTo(highestAttempt);
            highestAttempt = who.attempt();
            assertThat(granted.priorRun() != PriorRun.NONE)
                    .as("rerun announced, and only a rerun")
                    .isEqualTo(mayHaveRun.contains(who.attempt()));
            if (fresh) {
                firstId = who.taskId();
                firstPrint = who.print();
                fresh = false;
            }
            highestToken = granted.token();
            owner = new Tenure(who.nonce(), granted.token(), who.attempt(), who.taskId(), who.print());
            tenures.add(owner);
        }
        leaseEnd = ghostNow + LEASE.toMillis();
        claimedAt.put(who.attempt(), granted.claimedAt());
    }

    private void renew() {
        if (tenures.isEmpty()) {
            return;
        }
        Tenure any = tenures.get(random.nextInt(tenures.size()));
        RenewReply reply = get(bench.store().renew(key, any.token(), LEASE));
        log.add("renew " + any + " -> " + reply + " at " + ghostNow);
        if (any.equals(owner) && winner == null) {
            assertThat(reply).isEqualTo(RenewReply.RENEWED);
            leaseEnd = ghostNow + LEASE.toMillis();
        } else {
            assertThat(reply).isNotEqualTo(RenewReply.RENEWED);
        }
    }

    private void complete() {
        // A completion for a record that nobody holds is that of an owner after a loss of data: not this test's matter.
        if (tenures.isEmpty() || (owner == null && winner == null)) {
            return;
        }
        Tenure any = tenures.get(random.nextInt(tenures.size()));
        byte[] body = ("{\"status\": \"SUCCESS\", \"result\": " + any.token() + "}").getBytes(UTF_8);
        CompleteReply reply = get(bench.store()
                .complete(new Completion(
                        key,
                        any.token(),
                        any.attempt(),
                        any.print(),
                        any.taskId(),
                        "SUCCESS",
                        Duration.ofDays(7),
                        claimedAt.getOrDefault(any.attempt(), 0L),
                        new ResultWrite(resultKey, body, Duration.ofDays(1)),
                        null,
                        null,
                        false)));
        log.add("complete " + any + " -> " + reply);
        if (any.equals(winner)) {
            assertThat(reply).isInstanceOf(CompleteReply.Recorded.class);
            assertThat(((CompleteReply.Recorded) reply).replay()).isTrue();
        } else if (winner == null && any.equals(owner)) {
            assertThat(reply).isInstanceOf(CompleteReply.Recorded.class);
            assertThat(((CompleteReply.Recorded) reply).replay()).isFalse();
            assertThat(completed.add(any.attempt())).as("one completion").isTrue();
            winner = any;
            assertThat(bench.expires(key, resultKey))
                    .as("marker and result expire")
                    .isTrue();
            assertThat(((CompleteReply.Recorded) reply).resultWritten()).isEqualTo(!successStored);
            assertThat(bench.result(resultKey)).isEqualTo(successStored ? STORED : body);
        } else {
            assertThat(reply).isInstanceOf(CompleteReply.Stale.class);
        }
        if (reply instanceof CompleteReply.Recorded recorded) {
            recorded.resolved().forEach(each -> verdict(each, "token " + any.token()));
            if (!recorded.replay()) {
                long due = blocked.values().stream()
                        .filter(each -> each.attempt() <= any.attempt() && !counted.containsKey(each.id()))
                        .count();
                assertThat(due).as("completion settles every block").isZero();
            }
        }
    }

    private void release() {
        if (tenures.isEmpty()) {
            return;
        }
        Tenure any = tenures.get(random.nextInt(tenures.size()));
        boolean released = get(bench.store().release(key, any.nonce()));
        log.add("release " + any + " -> " + released);
        assertThat(released).isEqualTo(any.equals(owner) && winner == null);
        if (released) {
            owner = null;
            tenures.remove(any);
            fresh = mayHaveRun.isEmpty() && any.attempt() == 0;
        }
    }

    private void report() {
        String block = "b" + blocked.size();
        if (!blocked.isEmpty() && random.nextInt(3) == 0) {
            block = "b" + random.nextInt(blocked.size());
        }
        BlockedDelivery delivery = blocked.computeIfAbsent(
                block, name -> new BlockedDelivery(name, key, random.nextInt(2), bench.now() - random.nextInt(9000)));
        BlockVerdict reply = get(bench.store().reportBlocked(delivery));
        log.add("report " + delivery + " -> " + reply);
        if (reply instanceof BlockVerdict.Resolved resolved) {
            verdict(resolved, "report " + resolved.id());
        } else {
            assertThat(winner != null && winner.attempt() >= delivery.attempt())
                    .as("a completed attempt's block is decided")
                    .isFalse();
        }
    }

    private void verdict(BlockVerdict.Resolved resolved, String caller) {
        BlockedDelivery delivery = blocked.get(resolved.id());
        assertThat(delivery).isNotNull();
        String decider = counted.computeIfAbsent(resolved.id(), id -> caller);
        assertThat(resolved.first()).as("counted by its decider alone").isEqualTo(decider.equals(caller));
        if (delivery != null && winner != null && winner.attempt() == delivery.attempt()) {
            long delay = Math.max(0, claimedAt.getOrDefault(delivery.attempt(), 0L) - delivery.blockedAt());
            assertThat(resolved.falsePositive()).as("verdict").isEqualTo(delay > 0);
            assertThat(resolved.delay().toMillis()).isEqualTo(delay);
        }
    }

    private static <T> T get(CompletableFuture<T> future) {
        return future.orTimeout(20, TimeUnit.SECONDS).join();
    }
}
