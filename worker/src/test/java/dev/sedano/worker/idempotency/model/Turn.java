package dev.sedano.worker.idempotency.model;

import dev.sedano.worker.idempotency.model.Scenario.Fault;
import dev.sedano.worker.idempotency.model.Slot.Phase;

/** One worker's turn in one state: makes the states that it can lead to. */
final class Turn {
    final World world;
    private final int worker;
    private final Moves.Sink sink;

    Turn(World world, int worker, Moves.Sink sink) {
        this.world = world;
        this.worker = worker;
        this.sink = sink;
    }

    Slot slot() {
        return world.slots[worker];
    }

    int worker() {
        return worker;
    }

    Next next() {
        return new Next(world.copy(), false);
    }

    Next after(Fault fault) {
        return new Next(world.copy().spend(fault), true);
    }

    /** A state in the making. */
    final class Next {
        final World world;
        final Slot slot;
        private final boolean fault;

        private Next(World world, boolean fault) {
            this.world = world;
            this.slot = world.slots[worker];
            this.fault = fault;
        }

        void then(String what) {
            world.truth.check(world);
            sink.accept(world, worker, what, fault);
        }

        void acks() {
            slot.connected = false;
            slot.rest();
        }

        void nacks() {
            world.requeue(slot);
            slot.rest();
        }

        /** The process ends; what only it knew is gone. */
        void dies() {
            boolean journaled =
                    world.scenario.journal && slot.phase == Phase.FINISHED && (slot.outcome == Slot.Outcome.SUCCESS);
            Slot before = slot.clone();
            world.requeue(slot);
            slot.rest();
            slot.doubtful = 0;
            slot.sawLost = false;
            if (world.scenario.loses() && !slot.greeted && world.has(Flaw.FORGETS_EPOCH_AT_RESTART)) {
                slot.alarmed = false;
            }
            for (Block block : world.blocks) {
                if (block.state == Block.State.KEPT && block.worker == worker) {
                    block.state = Block.State.UNREPORTED;
                }
            }
            if (journaled) {
                slot.phase = Phase.JOURNAL;
                slot.work = before.work;
                slot.token = before.token;
                slot.outcome = before.outcome;
                slot.life = before.life;
                slot.blocksBefore = before.blocksBefore;
                slot.superseded = before.superseded;
            }
        }

        /** Tells the store what this worker knows, which may prove a loss of data. */
        void hello() {
            if (slot.alarmed) {
                world.loss = true;
            } else if (world.changed && !world.has(Flaw.NO_UNSAFE_WINDOW)) {
                world.unsafe = true;
            }
            world.changed = false;
            slot.alarmed = false;
            slot.greeted = true;
        }

        /** Holds its delivery as a second copy, or has nothing left to do. */
        void holds() {
            if (!slot.connected) {
                slot.rest();
                return;
            }
            Copy copy = slot.work();
            slot.rest();
            slot.work = copy;
            slot.connected = true;
            slot.phase = Phase.RECEIVED;
            slot.nonce = world.newNonce();
        }
    }
}
