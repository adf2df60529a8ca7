package dev.sedano.worker.simulation;

import dev.sedano.worker.delivery.PipelineEvents;
import dev.sedano.worker.delivery.SettlementReason;
import dev.sedano.worker.idempotency.BlockVerdict;
import dev.sedano.worker.idempotency.CheckerEvents;
import dev.sedano.worker.idempotency.PriorRun;
import dev.sedano.worker.idempotency.StoreException;
import dev.sedano.worker.journal.JournalEvents;
import java.time.Duration;

/** What a worker's metrics would count, as lines of the ledger. */
final class CountingEvents implements CheckerEvents, PipelineEvents, JournalEvents {
    private final World world;
    private final SimulatedWorker worker;
    private String deciding = "";

    CountingEvents(World world, SimulatedWorker worker) {
        this.world = world;
        this.worker = worker;
    }

    private void log(Line.Event event, String what) {
        if (!worker.isDead()) {
            world.log(world.line(event, worker.name()).what(what));
        }
    }

    @Override
    public void blocked() {
        log(Line.Event.BLOCKED, "");
    }

    @Override
    public void decided(BlockVerdict verdict) {
        if (verdict instanceof BlockVerdict.Resolved resolved) {
            deciding = resolved.id();
        }
        CheckerEvents.super.decided(verdict);
    }

    @Override
    public void falsePositive(Duration delay) {
        counted("fp");
    }

    @Override
    public void truePositive() {
        counted("tp");
    }

    private void counted(String what) {
        if (!worker.isDead()) {
            world.log(
                    world.line(Line.Event.COUNTED, worker.name()).copy(deciding).what(what));
        }
    }

    @Override
    public void unreported() {
        log(Line.Event.UNREPORTED, "");
    }

    @Override
    public void journalWritten() {}

    @Override
    public void journalRefused(Refusal why) {}

    @Override
    public void journalReplayed(Replayed how) {}

    @Override
    public void zombie() {}

    @Override
    public void takeover(PriorRun priorRun) {}

    @Override
    public void storeFailed(StoreException.Kind kind) {}

    @Override
    public void handlerStarted(String task) {}

    @Override
    public void handlerLeft(String task) {}

    @Override
    public void handlerLeftEnded(String task) {}

    @Override
    public void handlerEnded(String task, long nanos) {}

    @Override
    public void duplicate(String kind) {}

    @Override
    public void answeredFromMemory() {}

    @Override
    public void unprotectedRun() {}

    @Override
    public void observed(String task, String refusal) {}

    @Override
    public void followUp() {}

    @Override
    public void followUpSetAside(SettlementReason reason) {}

    @Override
    public void beyondRetention(String task) {}
}
