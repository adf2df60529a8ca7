package dev.sedano.worker.idempotency.model;

import dev.sedano.worker.idempotency.model.Scenario.Fault;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One state: the broker's copies, the store, the workers, the faults still to come, and what really happened. */
final class World {
    final Scenario scenario;
    StoreRecord record = new StoreRecord();
    /** What a lagging replica holds. */
    @Nullable
    StoreRecord lagging;
    /** Another server or data set answers, and no worker has greeted it. */
    boolean changed;

    boolean unsafe;
    boolean loss;
    final List<Copy> queue;
    final Slot[] slots;
    final Block[] blocks;
    final Truth truth;

    @Nullable
    Invariant broken;

    private final Map<Fault, Integer> budgets;
    private int lastNonce;
    private long usedTokens;

    World(Scenario scenario) {
        this.scenario = scenario;
        this.queue = new ArrayList<>();
        for (int i = 0; i < scenario.copies; i++) {
            queue.add(new Copy(0, 0, 0, 0, false));
        }
        for (int i = 0; i < scenario.otherIds; i++) {
            queue.add(new Copy(1, scenario.otherPayload ? 1 : 0, 0, 0, false));
        }
        this.slots = new Slot[scenario.workers];
        for (int i = 0; i < slots.length; i++) {
            slots[i] = new Slot();
        }
        this.blocks = new Block[scenario.blocks];
        for (int i = 0; i < blocks.length; i++) {
            blocks[i] = new Block();
        }
        this.truth = new Truth();
        this.budgets = scenario.budgets();
    }

    private World(World from) {
        scenario = from.scenario;
        record = from.record.clone();
        lagging = from.lagging;
        changed = from.changed;
        unsafe = from.unsafe;
        loss = from.loss;
        queue = new ArrayList<>(from.queue);
        slots = new Slot[from.slots.length];
        for (int i = 0; i < slots.length; i++) {
            slots[i] = from.slots[i].clone();
        }
        blocks = new Block[from.blocks.length];
        for (int i = 0; i < blocks.length; i++) {
            blocks[i] = from.blocks[i].clone();
        }
        truth = from.truth.clone();
        budgets = new EnumMap<>(from.budgets);
        lastNonce = from.lastNonce;
    }

    World copy() {
        return new World(this);
    }

    boolean has(Flaw flaw) {
        return scenario.has(flaw);
    }

    boolean may(Fault fault) {
        return budgets.getOrDefault(fault, 0) > 0;
    }

    World spend(Fault fault) {
        budgets.merge(fault, -1, Integer::sum);
        return this;
    }

    void breaks(Invariant invariant) {
        if (broken == null) {
            broken = invariant;
        }
    }

    int newNonce() {
        return ++lastNonce;
    }

    /** Tokens grow for ever, also across a loss of data: the store's clock carries them. */
    int newToken() {
        return has(Flaw.TOKEN_RESTARTS) ? record.token + 1 : truth.greatestToken + 1;
    }

    /** Publishes with a confirm. An equal copy that is still in the queue makes no difference. */
    void publish(Copy copy) {
        if (!queue.contains(copy)) {
            queue.add(copy);
        }
    }

    /** The broker takes back what the worker holds unacknowledged. */
    void requeue(Slot slot) {
        if (slot.connected) {
            queue.add(slot.work().returned());
            slot.connected = false;
        }
    }

    /** A mutating script answered this worker: it knows of a write that a lagging replica lacks. */
    void told(Slot slot) {
        slot.sawLost |= lagging != null;
    }

    int existingBlocks() {
        int mask = 0;
        for (int i = 0; i < blocks.length; i++) {
            mask |= blocks[i].state == Block.State.UNUSED ? 0 : 1 << i;
        }
        return mask;
    }

    boolean atRest() {
        for (Slot slot : slots) {
            if (slot.phase != Slot.Phase.IDLE) {
                return false;
            }
        }
        return queue.isEmpty();
    }

    /** Nothing is left to do: no copies, no owners, no blocks without a report. */
    boolean settled() {
        for (Block block : blocks) {
            if (block.state == Block.State.KEPT
                    || (block.state == Block.State.PENDING && record.state == StoreRecord.State.COMPLETED)) {
                return false;
            }
        }
        return atRest();
    }

    /** Tokens matter only by their order. */
    int rank(int token) {
        return token == 0 ? 0 : Long.bitCount(usedTokens & (1L << token) - 1) + 1;
    }

    /** Equal for states that differ only in the names of workers, nonces and tokens. */
    long hash() {
        StoreRecord replica = lagging;
        usedTokens = bits(record) | bit(truth.greatestToken) | (replica == null ? 0 : bits(replica));
        for (Slot slot : slots) {
            usedTokens |= bit(slot.token);
        }
        long workers = 0;
        for (int i = 0; i < slots.length; i++) {
            Hash own = new Hash().add(slots[i].hash(this));
            for (Block block : blocks) {
                own.add(block.state == Block.State.KEPT && block.worker == i);
            }
            workers += own.value();
        }
        long copies = 0;
        for (Copy copy : queue) {
            copies += Hash.mix(copy.code());
        }
        Hash hash = new Hash()
                .add(record.hash(this))
                .add(replica == null ? 0 : replica.hash(this))
                .add((changed ? 1 : 0) | (unsafe ? 2 : 0) | (loss ? 4 : 0))
                .add(workers)
                .add(copies)
                .add(truth.hash(this));
        for (Block block : blocks) {
            hash.add(block.hash());
        }
        for (int budget : budgets.values()) {
            hash.add(budget);
        }
        return hash.value();
    }

    private static long bits(StoreRecord record) {
        return bit(record.token) | bit(record.startToken) | bit(record.stepToken);
    }

    private static long bit(int token) {
        if (token >= Long.SIZE) {
            throw new IllegalStateException("the trace grants more tokens than the model can rank");
        }
        return 1L << token;
    }

    @Override
    public String toString() {
        StringBuilder text =
                new StringBuilder().append(record).append("; queue ").append(queue);
        for (int i = 0; i < slots.length; i++) {
            Slot slot = slots[i];
            if (slot.phase != Slot.Phase.IDLE) {
                text.append("; W")
                        .append(i)
                        .append(' ')
                        .append(slot.phase)
                        .append(' ')
                        .append(slot.work);
                text.append(slot.token == 0 ? "" : " token " + slot.token)
                        .append(slot.connected ? "" : " (no delivery)");
            }
        }
        return text.append(unsafe ? "; unsafe window" : "")
                .append(loss ? "; loss known" : "")
                .toString();
    }
}
