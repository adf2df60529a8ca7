package dev.sedano.worker.idempotency;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sedano.worker.idempotency.IdempotencyStore.StepChange;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What must be true of one key, whatever its store says: told of every answer, it fails at the first that cannot be. */
final class StoreGhost {
    record Tenure(String nonce, long token, long attempt, String taskId, String print) {}

    /** From the first claim to the completion; a key that a failed run gave free has another after it. */
    private static final class Life {
        @Nullable
        Life was;

        boolean known;

        @Nullable
        Tenure owner;

        boolean parked;

        @Nullable
        Tenure hander;

        @Nullable
        Tenure winner;

        boolean free;

        @Nullable
        Tenure publisher;

        String firstPrint = "";
        long floor;
        long leaseEnd;
        int starts;
        long startedBy;
        final Set<String> ids = new HashSet<>();
        final Set<String> earlierIds = new HashSet<>();
        final Set<Long> mayHaveRun = new HashSet<>();
        final Map<String, String> steps = new HashMap<>();
    }

    private final boolean explicit;
    private final long lease;
    private Life life = new Life();
    private long highestToken;

    StoreGhost(boolean explicit, long lease) {
        this.explicit = explicit;
        this.lease = lease;
    }

    @Nullable
    Tenure owner() {
        return life.owner;
    }

    /** Whether no store has anything to know of the key. */
    boolean absent() {
        return !life.known;
    }

    /** The attempt that may come next. */
    long next() {
        return life.floor;
    }

    /** Whose follow-ups are not confirmed. */
    @Nullable
    Tenure publisher() {
        return life.publisher;
    }

    boolean isParked() {
        return life.parked;
    }

    boolean isDone(String step) {
        return life.steps.getOrDefault(step, "").startsWith("D");
    }

    boolean completed(long attempt) {
        return life.winner != null && life.winner.attempt() >= attempt;
    }

    /** @return the tenure, with its token */
    Tenure granted(Tenure who, ClaimReply.Granted granted, long now, int maxCrashes) {
        Tenure before = life.owner;
        if (before != null && before.nonce().equals(who.nonce()) && !life.parked) {
            assertThat(granted.token()).as("replayed token").isEqualTo(before.token());
            life.leaseEnd = now + lease;
            return before;
        }
        assertThat(granted.token()).as("tokens grow").isGreaterThan(highestToken);
        highestToken = granted.token();
        if (life.winner != null) {
            assertThat(explicit && life.free).as("grant after completion").isTrue();
            assertThat(life.publisher).as("follow-ups of the life before").isNull();
            assertThat(life.ids).as("this id has run").doesNotContain(who.taskId());
            nextLife(who.print());
        }
        assertThat(life.earlierIds).as("this id has run in an earlier life").doesNotContain(who.taskId());
        assertThat(life.parked).as("parked").isFalse();
        assertThat(who.attempt()).as("attempt before a known one").isGreaterThanOrEqualTo(life.floor);
        if (who.attempt() != life.floor) {
            life.starts = 0;
        }
        if (before != null) {
            assertThat(now).as("live lease taken").isGreaterThanOrEqualTo(life.leaseEnd);
            if (who.attempt() == before.attempt()) {
                assertThat(who.print()).as("another payload took over").isEqualTo(before.print());
            }
            life.mayHaveRun.add(before.attempt());
        }
        boolean mayHaveRun = life.mayHaveRun.contains(who.attempt());
        boolean poison = mayHaveRun && life.starts >= 1 && life.starts + 1 >= maxCrashes;
        assertThat(granted.priorRun())
                .as("rerun announced, and only a rerun")
                .isEqualTo(poison ? PriorRun.TOO_MANY_CRASHES : mayHaveRun ? PriorRun.MAY_HAVE_RUN : PriorRun.NONE);
        if (!life.known) {
            life.firstPrint = who.print();
        }
        life.known = true;
        life.floor = who.attempt();
        life.publisher = null;
        life.ids.add(who.taskId());
        life.leaseEnd = now + lease;
        life.owner = new Tenure(who.nonce(), granted.token(), who.attempt(), who.taskId(), who.print());
        return life.owner;
    }

    private void nextLife(String print) {
        Life next = new Life();
        next.was = life;
        next.earlierIds.addAll(life.earlierIds);
        next.earlierIds.addAll(life.ids);
        if (life.firstPrint.equals(print)) {
            next.steps.putAll(life.steps);
        }
        life = next;
    }

    void refused(Tenure who, ClaimReply reply, long now) {
        if (reply instanceof ClaimReply.Duplicate) {
            assertThat(life.winner).as("duplicate of nothing").isNotNull();
        } else if (reply instanceof ClaimReply.Busy && life.publisher == null && life.owner != null) {
            Tenure owner = life.owner;
            boolean equal = owner.attempt() == who.attempt()
                    && owner.print().equals(who.print())
                    && life.firstPrint.equals(who.print());
            if (equal) {
                assertThat(now).as("busy only while the lease lives").isLessThan(life.leaseEnd);
            }
        } else if (reply instanceof ClaimReply.Parked) {
            if (!life.parked) {
                assertThat(now).as("parked a live owner").isGreaterThanOrEqualTo(life.leaseEnd);
            }
            life.parked = true;
        }
    }

    private boolean holds(Tenure any) {
        return any.equals(life.owner);
    }

    void renewed(Tenure any, RenewReply reply, long now) {
        assertThat(reply == RenewReply.RENEWED).as("renewal").isEqualTo(holds(any) && !life.parked);
        if (reply == RenewReply.RENEWED) {
            life.leaseEnd = now + lease;
        }
    }

    void started(Tenure any, RenewReply reply) {
        assertThat(reply == RenewReply.RENEWED).as("start").isEqualTo(holds(any) && !life.parked);
        if (reply == RenewReply.RENEWED && life.startedBy != any.token()) {
            life.startedBy = any.token();
            life.starts++;
        }
    }

    void parked(Tenure any, RenewReply reply) {
        assertThat(reply == RenewReply.RENEWED).as("park").isEqualTo(holds(any));
        life.parked |= reply == RenewReply.RENEWED;
    }

    void step(Tenure any, StepChange change, StepReply reply) {
        String before = life.steps.get(change.name());
        if (!holds(any) || life.parked) {
            assertThat(reply).isEqualTo(new StepReply.Stale());
        } else if (change instanceof StepChange.End end) {
            life.steps.put(change.name(), "D" + new String(end.value(), StandardCharsets.UTF_8));
        } else if (change instanceof StepChange.Undo) {
            life.steps.remove(change.name(), "B" + any.token());
        } else if (before != null && before.startsWith("D")) {
            byte[] value = ((StepReply.Done) reply).value();
            assertThat("D" + new String(value, StandardCharsets.UTF_8)).isEqualTo(before);
        } else if (before != null && !before.equals("B" + any.token())) {
            assertThat("B" + ((StepReply.Begun) reply).token()).isEqualTo(before);
        } else if (change instanceof StepChange.Read) {
            assertThat(reply).isEqualTo(new StepReply.Free());
        } else {
            life.steps.put(change.name(), "B" + any.token());
        }
    }

    /** @return whether this call ended the life */
    boolean completed(Tenure any, CompleteReply reply, boolean followUps, boolean frees) {
        if (!accepted(any, any.equals(life.winner), reply)) {
            return false;
        }
        life.winner = any;
        life.free = frees;
        if (!frees) {
            life.steps.clear();
        }
        ended(any, followUps);
        return true;
    }

    /** @return whether this call handed over */
    boolean handedOff(Tenure any, CompleteReply reply, long next) {
        if (!accepted(any, any.equals(life.hander), reply)) {
            return false;
        }
        life.hander = any;
        life.floor = next;
        life.starts = 0;
        ended(any, true);
        return true;
    }

    private boolean accepted(Tenure any, boolean replay, CompleteReply reply) {
        assertThat(reply instanceof CompleteReply.Recorded).as("accepted end").isEqualTo(replay || holds(any));
        if (reply instanceof CompleteReply.Recorded recorded) {
            assertThat(recorded.replay()).as("replay").isEqualTo(replay);
            return !replay;
        }
        return false;
    }

    private void ended(Tenure any, boolean followUps) {
        life.was = null;
        life.owner = null;
        life.parked = false;
        life.publisher = followUps ? any : null;
    }

    void settled(Tenure any, boolean done) {
        assertThat(done).as("settled").isEqualTo(any.equals(life.publisher));
        if (done) {
            life.publisher = null;
        }
    }

    /** @return whether the claim is gone */
    boolean released(Tenure any, boolean done) {
        assertThat(done).as("released").isEqualTo(holds(any) && !life.parked);
        if (!done) {
            return false;
        }
        life.owner = null;
        life.leaseEnd = 0;
        if (life.startedBy == any.token()) {
            life.startedBy = 0;
            life.starts--;
        }
        if (!life.mayHaveRun.contains(any.attempt())) {
            if (any.attempt() > 0) {
                life.was = null;
            } else {
                life = life.was == null ? new Life() : life.was;
            }
        }
        return true;
    }
}
