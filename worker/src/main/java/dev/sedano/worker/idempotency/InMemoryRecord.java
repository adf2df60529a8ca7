package dev.sedano.worker.idempotency;

import dev.sedano.worker.idempotency.IdempotencyStore.StepChange;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What is known of one key; guarded by the store that holds it. */
final class InMemoryRecord {
    private static final int MOST_STEPS = 1_000;

    enum State {
        ABSENT,
        RUNNING,
        HANDED_OFF,
        COMPLETED,
        PARKED
    }

    State state = State.ABSENT;
    String nonce = "";
    long token;
    long attempt;
    long expected = -1;
    String expectedPrint = "";
    String fingerprint = "";
    long leaseEnd;
    long forgottenAt = Long.MAX_VALUE;
    PriorRun prior = PriorRun.NONE;

    @Nullable
    String firstId;

    String firstPrint = "";
    String outcome = "";
    byte @Nullable [] kept;
    byte @Nullable [] followUps;
    long followUpsSince;
    long handedOffBy;
    boolean free;
    /** The ids that claimed the key in this life of it, and in earlier ones that ended free. */
    final Set<String> ids = new LinkedHashSet<>();

    final Set<String> released = new LinkedHashSet<>();

    /** The life before this one, until this one starts. */
    @Nullable
    InMemoryRecord was;

    String owner = "";
    String lastStep = "";
    int starts;
    long startedBy;
    final Map<String, byte[]> stepsDone = new HashMap<>();
    final Map<String, Long> stepsBegun = new HashMap<>();
    boolean resultWritten;
    final Map<Long, Long> claimedAt = new HashMap<>();
    InMemoryBlocks blocks = new InMemoryBlocks();

    /** A free key's next life: who lived before, what is blocked, and the steps of the same work. */
    InMemoryRecord next(String print) {
        InMemoryRecord next = new InMemoryRecord();
        next.was = this;
        next.released.addAll(released);
        next.released.addAll(ids);
        next.blocks = blocks;
        if (firstPrint.equals(print)) {
            next.stepsDone.putAll(stepsDone);
            next.stepsBegun.putAll(stepsBegun);
            next.lastStep = lastStep;
        }
        return next;
    }

    /** Whether a run, or what is left of one, has the key. */
    boolean isHeld() {
        return state == State.RUNNING || state == State.PARKED;
    }

    /** Whether that attempt's outcome is known, or a later one is under way. */
    boolean isBeyond(long asked) {
        return (state == State.HANDED_OFF && expected > asked)
                || (state == State.COMPLETED && attempt >= asked)
                || (isHeld() && attempt > asked);
    }

    /** An owner that comes back with an outcome after the store forgot the key. */
    void recreate(TaskKey key, long itsToken, long itsAttempt, String print, String taskId, long since) {
        token = itsToken;
        attempt = itsAttempt;
        fingerprint = print;
        claimedAt.put(itsAttempt, since);
        if (key.explicit()) {
            firstId = taskId;
            firstPrint = print;
            ids.add(taskId);
        }
    }

    /** Reads or changes a step; the caller has checked whose the key is. */
    StepReply step(long owner, StepChange change) {
        String name = change.name();
        byte[] done = stepsDone.get(name);
        Long begun = stepsBegun.get(name);
        if (change instanceof StepChange.Read || change instanceof StepChange.Begin) {
            if (done != null) {
                return new StepReply.Done(done);
            } else if (begun != null && begun != owner) {
                return new StepReply.Begun(begun);
            } else if (change instanceof StepChange.Read) {
                return new StepReply.Free();
            }
        }
        boolean fresh = done == null && begun == null;
        if (change instanceof StepChange.Undo) {
            stepsBegun.remove(name, owner);
            return new StepReply.Recorded();
        }
        if (fresh && stepsDone.size() + stepsBegun.size() >= MOST_STEPS) {
            return new StepReply.Full();
        }
        lastStep = name;
        if (change instanceof StepChange.End end) {
            stepsBegun.remove(name);
            stepsDone.put(name, end.value());
        } else {
            stepsBegun.put(name, owner);
        }
        return new StepReply.Recorded();
    }
}
