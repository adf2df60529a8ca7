package dev.sedano.worker.simulation;

import dev.sedano.task.NoEffectException;
import dev.sedano.task.Retry;
import dev.sedano.task.StaleOwnerException;
import dev.sedano.task.TaskCall;
import dev.sedano.task.TaskContext;
import dev.sedano.task.TaskHandler;
import dev.sedano.worker.idempotency.IdempotencyStore.AfterLeaseLoss;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/** Starts, lets some virtual time pass, sometimes asks whether it still owns its key, and ends or fails. */
final class SimulatedHandler implements TaskHandler {
    private final World world;
    private final SimulatedWorker worker;
    private final SimulatedSlots slots;
    private final FaultyLink link;
    private final Rules rules;

    SimulatedHandler(World world, SimulatedWorker worker, SimulatedSlots slots, FaultyLink link, Rules rules) {
        this.world = world;
        this.worker = worker;
        this.slots = slots;
        this.link = link;
        this.rules = rules;
    }

    @Override
    public @Nullable Object handle(TaskContext context, TaskCall call) throws Exception {
        String key = !context.idempotencyKey().equals(context.id())
                ? Copy.TASK + "|" + context.idempotencyKey()
                : context.idempotencyKey();
        Line start = world.line(Line.Event.START, worker.name())
                .about(key, context.retries(), context.fencingToken())
                .copy(String.valueOf(context.headers().get(Copy.NAME)))
                .what(String.valueOf(call.args().get(0)))
                .until(context.mayHaveRunBefore() ? 1 : 0);
        world.log(start);
        try {
            work(context);
            if (Math.floorMod(context.id().hashCode(), 3) == 0) {
                step(context, key, "look", false);
                step(context, key, "charge", true);
            }
        } finally {
            if (!worker.isDead()) {
                world.log(world.line(Line.Event.END, worker.name())
                        .about(key, context.retries(), context.fencingToken()));
            }
        }
        // An attempt that is parked after a loss of data keeps other ids of its key waiting for a person, who is not
        // here:
        // see seed 860 without this.
        boolean mayWait =
                context.idempotencyKey().equals(context.id()) || rules.afterLeaseLoss() == AfterLeaseLoss.RERUN;
        if (mayWait && context.retries() < 2 && world.chance(0.15)) {
            throw context.retry(Retry.in(Duration.ofMillis(world.between(1, 4_000))));
        }
        if (world.chance(0.1)) {
            throw new IllegalStateException("simulated failure");
        }
        return key;
    }

    private void work(TaskContext context) throws InterruptedException {
        slots.sleep(duration());
        if (world.chance(0.2)) {
            link.blocking(true);
            try {
                context.checkOwner();
            } catch (StaleOwnerException e) {
                world.log(world.line(Line.Event.FAULT, worker.name())
                        .what("disowned")
                        .until(world.now()));
                throw e;
            } finally {
                link.blocking(false);
            }
            slots.sleep(duration() / 4);
        }
    }

    /** The value of a step is the token of the run that had its effect. */
    private void step(TaskContext context, String key, String name, boolean atMostOnce) throws Exception {
        boolean[] ran = new boolean[1];
        Callable<Long> body = () -> {
            ran[0] = true;
            slots.sleep(duration() / 4);
            if (atMostOnce && world.chance(0.1)) {
                throw new NoEffectException("simulated");
            }
            worker.moment();
            world.log(about(Line.Event.EFFECT, context, key, name).until(atMostOnce ? 1 : 0));
            slots.sleep(duration() / 4);
            return context.fencingToken();
        };
        Long value = atMostOnce ? context.stepAtMostOnce(name, Long.class, body) : context.step(name, Long.class, body);
        if (!ran[0]) {
            world.log(about(Line.Event.KNOWN, context, key, name).until(value));
        }
    }

    private Line about(Line.Event event, TaskContext context, String key, String what) {
        return world.line(event, worker.name())
                .about(key, context.retries(), context.fencingToken())
                .what(what);
    }

    private long duration() {
        if (world.chance(rules.longHandlers())) {
            return world.between(World.SECOND, rules.lease().toMillis() * 2 * World.MILLI);
        }
        return world.between(World.MILLI, World.SECOND / 2);
    }
}
