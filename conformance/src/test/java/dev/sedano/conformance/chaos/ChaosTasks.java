package dev.sedano.conformance.chaos;

import dev.sedano.task.TaskCall;
import dev.sedano.task.TaskContext;
import dev.sedano.task.TaskRegistry;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Tasks whose every run is in the ledger. */
public final class ChaosTasks {
    /** Takes the milliseconds given as first argument. */
    public static final String WORK = "chaos.work";
    /** Ends when the file named by the first argument exists. */
    public static final String GATED = "chaos.gated";

    private final ChaosLedger ledger;
    private final Failpoint failpoint;

    private ChaosTasks(ChaosLedger ledger, Failpoint failpoint) {
        this.ledger = ledger;
        this.failpoint = failpoint;
    }

    /** A registry with all of them. */
    public static TaskRegistry registry(ChaosLedger ledger, Failpoint failpoint) {
        ChaosTasks tasks = new ChaosTasks(ledger, failpoint);
        TaskRegistry registry = new TaskRegistry().add(WORK, tasks::work).add(GATED, tasks::gated);
        NemesisTasks.addTo(registry, ledger);
        return registry;
    }

    private Object work(TaskContext context, TaskCall call) {
        begin(context);
        Integer millis = call.arg(0, Integer.class);
        long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis == null ? 0 : millis);
        for (long left = until - System.nanoTime(); left > 0; left = until - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
        return end(context);
    }

    private Object gated(TaskContext context, TaskCall call) {
        begin(context);
        Path gate = Path.of(String.valueOf(call.arg(0, String.class)));
        while (!Files.exists(gate)) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
        }
        return end(context);
    }

    private void begin(TaskContext context) {
        ledger.write(
                ChaosLedger.Event.START,
                context.idempotencyKey(),
                context.retries(),
                context.fencingToken(),
                context.mayHaveRunBefore(),
                0,
                "");
        failpoint.reached(Failpoint.HANDLER_START);
    }

    private Object end(TaskContext context) {
        ledger.write(
                ChaosLedger.Event.END,
                context.idempotencyKey(),
                context.retries(),
                context.fencingToken(),
                context.mayHaveRunBefore(),
                0,
                "");
        failpoint.reached(Failpoint.AFTER_EFFECT);
        return context.id();
    }
}
