package dev.sedano.worker.delivery;

import dev.sedano.worker.idempotency.CheckerEvents;
import dev.sedano.worker.idempotency.PriorRun;
import dev.sedano.worker.idempotency.StoreException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** Counts what metrics would. */
final class RecordedCounts implements CheckerEvents, PipelineEvents {
    /** Where these events throw, as they never should. */
    volatile String defect = "";

    private void mayThrow(String event) {
        if (event.equals(defect)) {
            throw new IllegalStateException("a defect in " + event);
        }
    }

    /** Handlers that run on past their hard limits. */
    final AtomicInteger leftBehind = new AtomicInteger();

    final AtomicInteger blocked = new AtomicInteger();
    final AtomicInteger falsePositives = new AtomicInteger();
    final AtomicInteger truePositives = new AtomicInteger();
    final AtomicInteger zombies = new AtomicInteger();
    final AtomicInteger fromMemory = new AtomicInteger();
    final AtomicInteger unprotected = new AtomicInteger();
    final List<String> observed = new CopyOnWriteArrayList<>();
    final List<String> duplicates = new CopyOnWriteArrayList<>();
    final List<String> setAside = new CopyOnWriteArrayList<>();
    final AtomicInteger beyondRetention = new AtomicInteger();

    @Override
    public void blocked() {
        blocked.incrementAndGet();
    }

    @Override
    public void falsePositive(Duration delay) {
        falsePositives.incrementAndGet();
    }

    @Override
    public void truePositive() {
        truePositives.incrementAndGet();
    }

    @Override
    public void unreported() {}

    @Override
    public void zombie() {
        zombies.incrementAndGet();
    }

    @Override
    public void takeover(PriorRun priorRun) {}

    @Override
    public void storeFailed(StoreException.Kind kind) {}

    @Override
    public void handlerStarted(String task) {}

    @Override
    public void handlerLeft(String task) {
        leftBehind.incrementAndGet();
    }

    @Override
    public void handlerLeftEnded(String task) {
        leftBehind.decrementAndGet();
    }

    @Override
    public void handlerEnded(String task, long nanos) {
        mayThrow("handlerEnded");
    }

    @Override
    public void answeredFromMemory() {
        fromMemory.incrementAndGet();
    }

    @Override
    public void beyondRetention(String task) {
        beyondRetention.incrementAndGet();
    }

    @Override
    public void unprotectedRun() {
        unprotected.incrementAndGet();
    }

    @Override
    public void observed(String task, String refusal) {
        observed.add(refusal);
    }

    @Override
    public void followUp() {}

    @Override
    public void followUpSetAside(SettlementReason reason) {
        setAside.add(reason.code());
    }

    @Override
    public void duplicate(String kind) {
        mayThrow("duplicate");
        duplicates.add(kind);
    }
}
