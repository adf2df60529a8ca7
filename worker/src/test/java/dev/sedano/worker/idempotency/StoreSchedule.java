package dev.sedano.worker.idempotency;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sedano.worker.idempotency.IdempotencyStore.AfterLeaseLoss;
import dev.sedano.worker.idempotency.IdempotencyStore.Claim;
import dev.sedano.worker.idempotency.IdempotencyStore.Completion;
import dev.sedano.worker.idempotency.IdempotencyStore.HandOff;
import dev.sedano.worker.idempotency.IdempotencyStore.ResultWrite;
import dev.sedano.worker.idempotency.IdempotencyStore.StepChange;
import dev.sedano.worker.idempotency.StoreGhost.Tenure;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One random history of one key, told by a seed: claims of several ids and attempts, ends of every kind, steps, crashes,
 * releases, repetitions of each. Every answer is checked against a ghost that knows what must be true, and must be the one
 * that a second store gives.
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

        /** The events that the record of {@code key} remembers, oldest first; null if this store keeps none. */
        @Nullable
        List<String> history(TaskKey key);
    }

    private static final Duration LEASE = Duration.ofSeconds(10);
    private static final Duration DAY = Duration.ofDays(1);
    static final long STEP = 4000;
    private static final long REPLACED = 1L << 20;
    private static final byte[] STORED = "{\"status\": \"SUCCESS\", \"result\": \"stored\"}".getBytes(UTF_8);

    private final Bench bench;
    private final Random random;
    private final String id;
    private final TaskKey key;
    private final String resultKey;
    private final StoreTwin store;
    private final StoreGhost ghost;
    private final int maxCrashes;
    private final List<String> log = new ArrayList<>();
    private final List<Tenure> tenures = new ArrayList<>();
    private final Map<Long, Long> claimedAt = new HashMap<>();
    private final BlockSchedule blocks;

    /** Tenures whose handler started. */
    private final Set<Tenure> handlers = new HashSet<>();

    private final List<Runnable> ends = new ArrayList<>();
    private long ghostNow;
    private int nonces;
    private boolean successStored;
    /** What the record should remember, unless a release has made it forget. */
    private final List<String> events = new ArrayList<>();

    private boolean forgotten;
    private long highestToken;
    private String lastDuplicate = "";

    private StoreSchedule(Bench bench, long seed, String id) {
        this.bench = bench;
        this.random = new Random(seed);
        this.id = id;
        this.key = random.nextBoolean() ? TaskKey.explicit("scope", id) : TaskKey.ofTaskId(id);
        this.resultKey = "result:" + id;
        this.store = new StoreTwin(bench.store());
        this.ghost = new StoreGhost(key.explicit(), LEASE.toMillis());
        this.maxCrashes = 2 + random.nextInt(2);
        this.blocks = new BlockSchedule(bench, random, key, store, ghost, log);
    }

    /** Plays the history of {@code seed}; throws AssertionError with the whole history if the store is wrong. */
    public static void play(Bench bench, long seed, String id) {
        StoreSchedule schedule = new StoreSchedule(bench, seed, id);
        try {
            schedule.play();
        } catch (RuntimeException | AssertionError e) {
            throw new AssertionError("seed " + seed + " " + String.join("\n", schedule.log), e);
        }
    }

    private void play() {
        if (random.nextInt(5) == 0) {
            bench.storeResult(resultKey, STORED);
            store.storeResult(resultKey, STORED);
            successStored = true;
        }
        int steps = 12 + random.nextInt(30);
        for (int i = 0; i < steps; i++) {
            switch (random.nextInt(28)) {
                case 0, 1, 2, 3, 4, 5, 6 -> claim();
                case 7 -> replayClaim();
                case 8 -> renew();
                case 9, 10 -> complete();
                case 11, 12, 13 -> handOff();
                case 14 -> settle();
                case 15 -> release();
                case 16 -> blocks.report(ghostNow);
                case 17 -> start();
                case 18 -> park();
                case 19, 20, 21 -> step();
                case 22 -> replayEnd();
                case 23, 24 -> vanish();
                default -> advance(STEP * (1 + random.nextInt(3)));
            }
        }
        List<String> history = bench.history(key);
        if (history != null && !forgotten) {
            assertThat(history).as("the record's history").isEqualTo(events);
        }
    }

    /** The owner dies, and what it ran is asked for again, or its next attempt. */
    private void vanish() {
        advance(3 * STEP);
        claim(ghost.next() + (random.nextInt(4) == 0 ? 1 : 0));
    }

    private void advance(long time) {
        bench.advance(Duration.ofMillis(time));
        store.advance(Duration.ofMillis(time));
        ghostNow += time;
        log.add("now " + ghostNow);
    }

    private void claim() {
        claim(
                switch (random.nextInt(8)) {
                    case 0 -> 0;
                    case 1 -> 1;
                    case 2 -> REPLACED;
                    default -> ghost.next();
                });
    }

    private void claim(long attempt) {
        String who = key.explicit() ? id + "-" + random.nextInt(4) : id;
        ask(new Tenure("n" + nonces++, 0, attempt, who, print(attempt)));
    }

    /** Another payload now and then; a replacement's is its own. */
    private String print(long attempt) {
        return random.nextInt(10) == 0 ? "g" : attempt >= REPLACED ? "h" : "f";
    }

    private void replayClaim() {
        Tenure owner = ghost.owner();
        if (owner != null) {
            ask(owner);
        }
    }

    private void ask(Tenure who) {
        ClaimReply reply = store.claim(new Claim(
                key,
                who.nonce(),
                who.attempt(),
                who.print(),
                who.taskId(),
                LEASE,
                DAY,
                random.nextBoolean(),
                "w" + who.nonce(),
                random.nextInt(8) == 0 ? AfterLeaseLoss.PARK : AfterLeaseLoss.RERUN,
                maxCrashes));
        log.add("claim " + who + " -> " + reply);
        if (reply instanceof ClaimReply.Granted granted) {
            if (granted.priorRun() != PriorRun.NONE && granted.token() > highestToken) {
                events.add(granted.priorRun() == PriorRun.TOO_MANY_CRASHES ? "poison" : "takeover");
            }
            highestToken = Math.max(highestToken, granted.token());
            Tenure tenure = ghost.granted(who, granted, ghostNow, maxCrashes);
            if (!tenures.contains(tenure)) {
                tenures.add(tenure);
            }
            claimedAt.put(who.attempt(), granted.claimedAt());
            return;
        }
        if (reply instanceof ClaimReply.Conflict) {
            events.add("conflict");
        } else if (reply instanceof ClaimReply.Duplicate && !lastDuplicate.equals(who.nonce())) {
            lastDuplicate = who.nonce();
            events.add("duplicate");
        } else if (reply instanceof ClaimReply.Parked && !ghost.isParked()) {
            events.add("parked");
        }
        ghost.refused(who, reply, ghostNow);
    }

    /** Mostly the owner; zombies try everything too. */
    private @Nullable Tenure somebody() {
        Tenure owner = ghost.owner();
        if (owner != null && random.nextInt(4) != 0) {
            return owner;
        }
        return tenures.isEmpty() ? null : tenures.get(random.nextInt(tenures.size()));
    }

    private void renew() {
        Tenure any = somebody();
        if (any != null) {
            RenewReply reply = store.renew(key, any.token(), LEASE);
            log.add("renew " + any + " -> " + reply);
            ghost.renewed(any, reply, ghostNow);
        }
    }

    private void start() {
        Tenure any = somebody();
        if (any != null && random.nextInt(4) != 0) {
            handlers.add(any); // else only its start is recorded, and it may still be given back
        }
        for (int told = random.nextInt(3); any != null && told >= 0; told--) {
            RenewReply reply = store.start(key, any.token());
            log.add("start " + any + " -> " + reply);
            ghost.started(any, reply);
        }
    }

    private void park() {
        Tenure any = somebody();
        if (any != null && random.nextInt(2) == 0) {
            RenewReply reply = store.park(key, any.token());
            log.add("park " + any + " -> " + reply);
            if (reply == RenewReply.RENEWED && !ghost.isParked()) {
                events.add("parked");
            }
            ghost.parked(any, reply);
        }
    }

    private void step() {
        Tenure any = somebody();
        if (any == null) {
            return;
        }
        handlers.add(any);
        String name = "s" + random.nextInt(2);
        StepChange change = switch (random.nextInt(5)) {
            case 0 -> new StepChange.Undo(name);
            case 1 -> new StepChange.Read(name);
            case 2 -> new StepChange.End(name, ("v" + log.size()).getBytes(UTF_8));
            default -> new StepChange.Begin(name);
        };
        if (change instanceof StepChange.End && ghost.isDone(name)) {
            return; // what is done is read, not ended
        }
        for (int told = random.nextInt(2); told >= 0; told--) {
            StepReply reply = store.step(key, any.token(), change);
            log.add("step " + any + " " + change + " -> " + reply);
            ghost.step(any, change, reply);
        }
    }

    private void complete() {
        Tenure any = somebody();
        // A completion for a record that nobody holds is that of an owner after a loss of data: not this test's matter.
        if (any == null || ghost.absent()) {
            return;
        }
        boolean frees = key.explicit() && random.nextInt(3) != 0;
        String state = frees ? "FAILURE" : "SUCCESS";
        byte[] body = ("{\"status\": \"" + state + "\", \"result\": " + nonces + "}").getBytes(UTF_8);
        Completion done = new Completion(
                key,
                any.token(),
                any.attempt(),
                any.print(),
                any.taskId(),
                state,
                Duration.ofDays(7),
                claimedAt.getOrDefault(any.attempt(), 0L),
                new ResultWrite(resultKey, body, DAY),
                random.nextBoolean() ? body : null,
                random.nextInt(3) == 0 ? ("left by " + any.nonce()).getBytes(UTF_8) : null,
                frees);
        complete(any, done, body);
        ends.add(() -> complete(any, done, body));
    }

    private void complete(Tenure any, Completion done, byte[] body) {
        CompleteReply reply = store.complete(done);
        log.add("complete " + any + (done.frees() ? " free" : "") + " -> " + reply);
        if (ghost.completed(any, reply, done.followUps() != null, done.frees())) {
            assertThat(bench.expires(key, resultKey))
                    .as("marker and result expire")
                    .isTrue();
            written(reply, body);
            successStored |= !done.frees();
        }
        blocks.ended(any, reply);
    }

    private void written(CompleteReply reply, byte[] body) {
        assertThat(((CompleteReply.Recorded) reply).resultWritten()).isEqualTo(!successStored);
        if (!successStored) {
            assertThat(bench.result(resultKey)).isEqualTo(body);
        }
    }

    private void handOff() {
        Tenure any = somebody();
        if (any == null || ghost.absent()) {
            return;
        }
        long next = any.attempt() < REPLACED && random.nextInt(3) == 0 ? REPLACED : any.attempt() + 1;
        String print = random.nextBoolean() ? "" : next >= REPLACED ? "h" : "f";
        byte[] body = ("{\"status\": \"RETRY\", \"result\": " + nonces + "}").getBytes(UTF_8);
        HandOff over = new HandOff(
                key,
                any.token(),
                any.attempt(),
                any.print(),
                any.taskId(),
                next,
                print,
                DAY,
                claimedAt.getOrDefault(any.attempt(), 0L),
                new ResultWrite(resultKey, body, DAY),
                ("next " + next).getBytes(UTF_8));
        handOff(any, over, body);
        ends.add(() -> handOff(any, over, body));
    }

    private void handOff(Tenure any, HandOff over, byte[] body) {
        CompleteReply reply = store.handOff(over);
        log.add("handoff " + any + " to " + over.next() + " -> " + reply);
        if (ghost.handedOff(any, reply, over.next())) {
            events.add("handoff");
            written(reply, body);
        }
        blocks.ended(any, reply);
    }

    /** The same call again, now or much later: its reply was lost. */
    private void replayEnd() {
        if (!ends.isEmpty() && !ghost.absent()) {
            ends.get(ends.size() - 1 - random.nextInt(Math.min(3, ends.size()))).run();
        }
    }

    private void settle() {
        Tenure any = somebody();
        Tenure publisher = ghost.publisher();
        if (publisher != null && random.nextInt(4) != 0) {
            any = publisher;
        }
        if (any != null) {
            boolean done = store.settle(key, any.token());
            log.add("settle " + any + " -> " + done);
            ghost.settled(any, done);
        }
    }

    private void release() {
        Tenure any = somebody();
        if (any == null || handlers.contains(any)) {
            return; // only what surely never started is released
        }
        boolean done = store.release(key, any.nonce());
        log.add("release " + any + " -> " + done);
        if (ghost.released(any, done)) {
            tenures.remove(any);
            forgotten |= ghost.absent();
        }
    }
}
