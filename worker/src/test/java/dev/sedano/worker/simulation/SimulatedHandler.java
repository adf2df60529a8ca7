package dev.sedano.worker.simulation;

import dev.sedano.task.Retry;
import dev.sedano.task.StaleOwnerException;
import dev.sedano.task.TaskCall;
import dev.sedano.task.TaskContext;
import dev.sedano.task.TaskHandler;
import java.time.Duration;
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
        } finally {
            if (!worker.isDead()) {
                world.log(world.line(Line.Event.END, worker.name())
                        .about(key, context.retries(), context.fencingToken()));
            }
        }
        if (context.retries() < 2 && world.chance(0.15)) {
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

    private long duration() {
        if (world.chance(rules.longHandlers())) {
            return world.between(World.SECOND, rules.lease().toMillis() * 2 * World.MILLI);
        }
        return world.between(World.MILLI, World.SECOND / 2);
    }
}
