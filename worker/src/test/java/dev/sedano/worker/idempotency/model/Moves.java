package dev.sedano.worker.idempotency.model;

import dev.sedano.worker.idempotency.model.Scenario.Fault;
import dev.sedano.worker.idempotency.model.Slot.Phase;

/** Everything that can happen next in one state. */
final class Moves {
    /** Takes each next state. */
    @FunctionalInterface
    interface Sink {
        /**
         * @param worker the worker that did it, or {@link #NOBODY}
         * @param fault whether it is a fault, without which the key must settle as well
         */
        void accept(World next, int worker, String what, boolean fault);
    }

    static final int NOBODY = -1;

    private Moves() {}

    static void of(World world, Sink sink) {
        for (int i = 0; i < world.slots.length; i++) {
            Turn turn = new Turn(world, i, sink);
            switch (world.slots[i].phase) {
                case IDLE -> ClaimMoves.idle(turn);
                case RECEIVED, LOOKED, CLAIMED -> ClaimMoves.claiming(turn);
                case RUNNING -> RunMoves.running(turn);
                default -> FinishMoves.finishing(turn);
            }
            onWorker(turn);
        }
        onStore(world, sink);
    }

    private static void onWorker(Turn turn) {
        World world = turn.world;
        Slot slot = turn.slot();
        if (slot.phase != Phase.IDLE && slot.phase != Phase.JOURNAL && world.may(Fault.CRASH)) {
            Turn.Next next = turn.after(Fault.CRASH);
            next.dies();
            next.then("DIES");
        }
        if (slot.connected && world.may(Fault.DROP)) {
            Turn.Next next = turn.after(Fault.DROP);
            next.world.requeue(next.slot);
            next.then("loses its broker connection; its threads go on");
        }
        if (!slot.greeted && slot.phase != Phase.JOURNAL) {
            Turn.Next next = turn.next();
            next.hello();
            next.then("says hello to the store");
        }
        if (world.record.expired
                && slot.beats()
                && slot.token == world.record.token
                && world.record.state == StoreRecord.State.RUNNING) {
            Turn.Next next = turn.next();
            next.world.record.expired = false;
            next.world.truth.leaseRenewed();
            next.then("renews its lease");
        }
    }

    private static void onStore(World world, Sink sink) {
        StoreRecord record = world.record;
        if (record.state == StoreRecord.State.RUNNING && !record.expired && !world.has(Flaw.LEASELESS)) {
            if (!alive(world)) {
                sink.accept(leaseOver(world.copy()), NOBODY, "the lease of the vanished owner ends", false);
            } else if (world.may(Fault.PAUSE)) {
                sink.accept(leaseOver(world.copy().spend(Fault.PAUSE)), NOBODY, "THE LEASE OF A LIVE OWNER ENDS", true);
            }
        }
        if (record.state == StoreRecord.State.COMPLETED
                && !record.pending
                && (world.atRest() || world.has(Flaw.MARKER_OUTLIVED_BY_QUEUE))) {
            World next = world.copy();
            next.record = new StoreRecord();
            sink.accept(next, NOBODY, "the marker's TTL ends", false);
        }
        if (record.state != StoreRecord.State.ABSENT && world.may(Fault.FLUSH)) {
            World next = world.copy().spend(Fault.FLUSH);
            next.record = new StoreRecord();
            sink.accept(another(next, false), NOBODY, "THE STORE LOSES ITS DATA", true);
        }
        StoreRecord lagging = world.lagging;
        if (lagging != null) {
            World next = world.copy();
            next.record = lagging.clone();
            sink.accept(another(next, true), NOBODY, "FAILOVER TO THE LAGGING REPLICA", true);
        } else if (world.may(Fault.FAILOVER)) {
            World next = world.copy().spend(Fault.FAILOVER);
            next.lagging = record.clone();
            sink.accept(next, NOBODY, "THE REPLICA BEGINS TO LAG", true);
        }
        if (world.unsafe && greeted(world)) {
            World next = world.copy();
            next.unsafe = false;
            sink.accept(next, NOBODY, "the unsafe window ends", false);
        }
    }

    private static World leaseOver(World next) {
        next.truth.leaseOver(next.record.token);
        if (next.has(Flaw.RUNNING_EXPIRES)) {
            for (Slot slot : next.slots) {
                slot.superseded |= slot.token == next.record.token;
            }
            next.record = new StoreRecord();
        } else {
            next.record.expired = true;
        }
        return next;
    }

    private static World another(World next, boolean rolledBack) {
        next.lagging = null;
        next.changed = true;
        next.truth.dataLost = true;
        for (Slot slot : next.slots) {
            slot.greeted = next.has(Flaw.IGNORES_EPOCH);
            slot.alarmed = !rolledBack || slot.sawLost;
            slot.sawLost = false;
            slot.predatesLoss = slot.token != 0;
        }
        return next;
    }

    private static boolean alive(World world) {
        for (Slot slot : world.slots) {
            boolean asks = slot.phase == Phase.RECEIVED && slot.nonce == world.record.nonce;
            if (asks || (slot.beats() && slot.token == world.record.token)) {
                return true;
            }
        }
        return false;
    }

    private static boolean greeted(World world) {
        for (Slot slot : world.slots) {
            if (!slot.greeted) {
                return false;
            }
        }
        return true;
    }
}
