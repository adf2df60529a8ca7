package dev.sedano.conformance.chaos;

import dev.sedano.conformance.chaos.ChaosLedger.Event;
import dev.sedano.task.LeaseLossPolicy;
import dev.sedano.task.Retry;
import dev.sedano.task.TaskCall;
import dev.sedano.task.TaskContext;
import dev.sedano.task.TaskOptions;
import dev.sedano.task.TaskRegistry;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Tasks of every kind that the nemesis disturbs, each run in the ledger. Thread-safe. */
final class NemesisTasks {
    /** Takes the milliseconds given as first argument. */
    static final String WORK = "nemesis.work";
    /** Its key is the first argument; takes the milliseconds given as second. */
    static final String KEYED = "nemesis.keyed";
    /** As {@link #WORK}, after as many retries as the second argument says. */
    static final String RETRIED = "nemesis.retried";
    /** Two steps, of which the second must never happen twice. */
    static final String STEPS = "nemesis.steps";
    /** As {@link #WORK}, parked when its owner vanishes. */
    static final String CAREFUL = "nemesis.careful";
    /** Ends its worker as SIGKILL would. */
    static final String POISON = "nemesis.poison";
    /** The step of {@link #STEPS} that must never happen twice. */
    static final String CHARGE = "charge";

    /** How often {@link #POISON} may take its worker with it, its first start not counted. */
    static final int MOST_CRASHES = 3;

    private static final int KILLED = 137;
    private static final Duration RETRY_DELAY = Duration.ofMillis(300);

    private final ChaosLedger ledger;

    private NemesisTasks(ChaosLedger ledger) {
        this.ledger = ledger;
    }

    private interface Body {
        void run() throws Exception;
    }

    static void addTo(TaskRegistry registry, ChaosLedger ledger) {
        NemesisTasks tasks = new NemesisTasks(ledger);
        registry.add(WORK, tasks::work)
                .add(KEYED, TaskOptions.builder().key("0").build(), tasks::keyed)
                .add(RETRIED, tasks::retried)
                .add(STEPS, tasks::steps)
                .add(
                        CAREFUL,
                        TaskOptions.builder().onLeaseLost(LeaseLossPolicy.PARK).build(),
                        tasks::work)
                .add(POISON, TaskOptions.builder().maxCrashes(MOST_CRASHES).build(), tasks::poison);
    }

    private Object work(TaskContext context, TaskCall call) throws Exception {
        return recorded(context, () -> take(call, 0));
    }

    private Object keyed(TaskContext context, TaskCall call) throws Exception {
        return recorded(context, () -> take(call, 1));
    }

    private Object retried(TaskContext context, TaskCall call) throws Exception {
        return recorded(context, () -> {
            take(call, 0);
            if (context.retries() < number(call, 1)) {
                throw context.retry(Retry.in(RETRY_DELAY));
            }
        });
    }

    private Object steps(TaskContext context, TaskCall call) throws Exception {
        return recorded(context, () -> {
            context.step("prepare", String.class, () -> {
                take(call, 0);
                return "prepared";
            });
            context.stepAtMostOnce(CHARGE, String.class, () -> {
                write(Event.EFFECT, context, CHARGE);
                take(call, 0);
                return "charged";
            });
        });
    }

    private Object poison(TaskContext context, TaskCall call) {
        write(Event.START, context, "");
        Runtime.getRuntime().halt(KILLED);
        return context.id();
    }

    private Object recorded(TaskContext context, Body body) throws Exception {
        write(Event.START, context, "");
        try {
            body.run();
            return context.id();
        } finally {
            write(Event.END, context, "");
        }
    }

    private void write(Event event, TaskContext context, String id) {
        ledger.write(
                event,
                context.idempotencyKey(),
                context.retries(),
                context.fencingToken(),
                context.mayHaveRunBefore(),
                0,
                id);
    }

    private static void take(TaskCall call, int position) {
        long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(number(call, position));
        for (long left = until - System.nanoTime(); left > 0; left = until - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
    }

    private static int number(TaskCall call, int position) {
        return Objects.requireNonNull(call.arg(position, Integer.class));
    }
}
