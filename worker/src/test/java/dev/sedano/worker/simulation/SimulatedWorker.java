package dev.sedano.worker.simulation;

import dev.sedano.task.TaskOptions;
import dev.sedano.task.TaskRegistry;
import dev.sedano.worker.canvas.FollowUpList;
import dev.sedano.worker.canvas.FollowUps;
import dev.sedano.worker.canvas.OutgoingMessage;
import dev.sedano.worker.delivery.DeliveryPipeline;
import dev.sedano.worker.delivery.PipelineSettings;
import dev.sedano.worker.delivery.Settlement;
import dev.sedano.worker.delivery.SettlementReason;
import dev.sedano.worker.delivery.SimulatedPipelines;
import dev.sedano.worker.handler.Handlers;
import dev.sedano.worker.idempotency.CircuitBreaker;
import dev.sedano.worker.idempotency.IdempotencyChecker;
import dev.sedano.worker.idempotency.IdempotencyStore;
import dev.sedano.worker.idempotency.SimulatedCheckers;
import dev.sedano.worker.idempotency.StoreException;
import dev.sedano.worker.journal.JournalEntry;
import dev.sedano.worker.journal.ReplaySteps;
import dev.sedano.worker.journal.SimulatedDisk;
import dev.sedano.worker.protocol.CeleryJson;
import dev.sedano.worker.protocol.MessageDecoder;
import dev.sedano.worker.result.ExceptionEncoding;
import dev.sedano.worker.result.RedisResults;
import dev.sedano.worker.result.ResultEncoder;
import dev.sedano.worker.result.StoredResults;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * One start of a worker: the real checker and pipeline, put together as {@code runtime.Worker} does, on a virtual timer,
 * a faulty link and a simulated connection. Everything in it vanishes when it crashes.
 */
final class SimulatedWorker implements Host {
    private static final CeleryJson JSON = new CeleryJson();
    private static final Duration RETURN_DELAY = Duration.ofMillis(1_500);
    private static final long SHUTDOWN_TIMEOUT = 10 * World.SECOND;

    private final World world;
    private final String name;
    private final Rules rules;
    private final SimulatedBroker broker;
    private final VirtualTimer timer;
    private final FaultyLink link;
    private final SimulatedSlots slots;
    private final IdempotencyChecker checker;
    private final DeliveryPipeline pipeline;
    private final Consumption consumption;
    private final CountingEvents events;
    private final SimulatedJournal journal;
    private final SimulatedReplay replay;
    private final List<SimulatedDisk.Journalled> left;
    private final IdempotencyStore store;
    private final NaiveDesign design;
    private final Runnable moment;
    private boolean dead;
    private boolean stopping;
    private long frozenUntil;

    /** What it shares with the other workers. */
    record Surroundings(World world, Rules rules, StoreServer store, SimulatedBroker broker, NaiveDesign design) {}

    /** @param moment run when this worker is in the middle of something */
    SimulatedWorker(String name, Surroundings around, Trouble trouble, SimulatedDisk disk, Runnable moment) {
        this.world = around.world();
        this.name = name;
        this.rules = around.rules();
        this.broker = around.broker();
        this.timer = new VirtualTimer(world, this);
        this.link = new FaultyLink(world, around.store(), this, name, trouble);
        this.slots = new SimulatedSlots(world, this, rules.slots());
        this.events = new CountingEvents(world, this);
        this.moment = moment;
        this.design = around.design();
        this.store = design.client(link, this);
        this.left = disk.takeLeft();
        this.journal = new SimulatedJournal(world, this, disk, rules.diskWorks(), design);
        this.replay = new SimulatedReplay(world, this, journal);
        this.checker = SimulatedCheckers.checker(
                store,
                timer,
                this::nanos,
                events,
                new StoreOutage(),
                block -> journal.keep(new JournalEntry.UnreportedBlock(block)),
                world.random);
        SimulatedHandler handler = new SimulatedHandler(world, this, slots, link, rules);
        TaskRegistry registry = new TaskRegistry().add(Copy.TASK, TaskOptions.DEFAULT, handler);
        VirtualClock clock = new VirtualClock(world);
        this.pipeline = SimulatedPipelines.pipeline(
                new PipelineSettings(
                        name,
                        rules.slots(),
                        rules.lease(),
                        Duration.ofDays(7),
                        rules.afterLeaseLoss(),
                        rules.mostHeld(),
                        Duration.ofSeconds(5),
                        RETURN_DELAY,
                        Duration.ofMinutes(28)),
                new DeliveryPipeline.Collaborators(
                        new MessageDecoder(JSON),
                        Handlers.of(registry, JSON::convert),
                        JSON::convert,
                        checker,
                        new ResultEncoder(JSON, new ExceptionEncoding(), clock),
                        new StoredResults(JSON),
                        new RedisResults(new SimulatedResults(around.store()), Duration.ofDays(1), true),
                        new FollowUps(JSON, clock, "gen1@" + name, "celery"),
                        new FollowUpList(JSON),
                        null,
                        message -> broker.publish(this, message),
                        JSON,
                        slots,
                        journal,
                        events,
                        timer,
                        clock,
                        this::nanos),
                world.random);
        this.consumption = new Consumption(world, this, around.broker(), pipeline);
    }

    private final class StoreOutage implements CircuitBreaker.Listener {
        @Override
        public void opened(@Nullable StoreException cause) {
            world.log(world.line(Line.Event.OPENED, name));
            pipeline.inFlight().storeGone(consumption.pause(Consumption.Pause.STORE_DOWN));
        }

        @Override
        public void recovering() {}

        @Override
        public void halfOpened(Duration outage) {
            pipeline.inFlight().storeBack();
            consumption.resume(Consumption.Pause.STORE_DOWN);
        }
    }

    private long nanos() {
        return world.now() * 1_000;
    }

    /** As {@code Worker.start}: a first hello, then everything. */
    void start() {
        link.hello().whenComplete((status, failure) -> {
            if (failure instanceof StoreException cause) {
                checker.breaker().failed(cause);
            }
            SimulatedCheckers.start(checker, (pause, step) -> world.after(pause.toNanos() / 1_000, this, step));
            if (SimulatedDisk.isAnyOpen(left)) {
                replay();
            }
            consumption.connect();
        });
    }

    private void replay() {
        if (design != NaiveDesign.CONSUMES_BEFORE_REPLAY) {
            var unused = consumption.pause(Consumption.Pause.REPLAY);
        }
        SimulatedDisk.Replayer with = new SimulatedDisk.Replayer(
                store, checker.breaker()::allowsClaims, checker.breaker()::failed, new StepsOfReplay(), events, events);
        replay.start(left, with, () -> consumption.resume(Consumption.Pause.REPLAY));
    }

    /** Results are in the same store as markers here. */
    private final class StepsOfReplay implements ReplaySteps {
        @Override
        public CompletableFuture<?> beforeMarker(JournalEntry.FinishedRun run) {
            return CompletableFuture.completedFuture(true);
        }

        @Override
        public CompletableFuture<?> afterMarker(JournalEntry.FinishedRun run) {
            IdempotencyStore.Conclusion conclusion = run.conclusion();
            byte[] kept = conclusion instanceof IdempotencyStore.HandOff over
                    ? over.followUps()
                    : conclusion instanceof IdempotencyStore.Completion done ? done.followUps() : null;
            return kept == null
                    ? CompletableFuture.completedFuture(true)
                    : pipeline.finishFollowUps(kept, conclusion.key(), conclusion.token());
        }
    }

    /** Something has just begun that a crash should not undo. */
    void moment() {
        moment.run();
    }

    String name() {
        return name;
    }

    /** A follow-up that is published without a thought of its confirm. */
    void publishBlindly(OutgoingMessage message) {
        var unused = broker.publish(this, message);
    }

    double publishFails() {
        return rules.publishFails();
    }

    /** As {@code Broker}: what works, and in addition what is only held. */
    int prefetch() {
        return rules.slots() * 2 + pipeline.inFlight().held();
    }

    void reconnect() {
        consumption.reconnect();
    }

    void settled(Copy copy, Settlement settlement) {
        world.log(world.line(Line.Event.SETTLED, name)
                .copy(copy.name())
                .about(copy.key(), copy.attempt(), 0)
                .what(settlement.outcome() + " " + settlement.reason().code()));
        if (settlement instanceof Settlement.Abandon && settlement.reason() == SettlementReason.UNRECORDED) {
            world.log(world.line(Line.Event.FAULT, name)
                    .copy(copy.name())
                    .what("unrecorded")
                    .until(world.now()));
        }
    }

    void nackNow(String id) {
        consumption.nackNow(id);
    }

    /** The process is killed: all that it knows is gone, its connection breaks. */
    void crash() {
        dead = true;
        world.log(world.line(Line.Event.CRASHED, name));
        slots.killAll();
        replay.kill();
        consumption.breakConnection();
    }

    /** The process is stopped by a signal, or collects garbage for very long. */
    void freezeUntil(long time) {
        frozenUntil = Math.max(frozenUntil, time);
        world.log(world.line(Line.Event.FAULT, name).what("freeze").until(time));
    }

    void breakConnection() {
        consumption.breakConnection();
    }

    void askToStop() {
        stopping = true;
        world.after(0, this, this::stop);
    }

    /** As {@code Worker.end}. */
    private void stop() {
        if (replay.isRunning()) {
            world.log(world.line(Line.Event.GAVE_UP, name));
        }
        replay.stop();
        pipeline.inFlight().stopStarting();
        boolean[] drained = new boolean[1];
        Runnable drain = () -> {
            if (!drained[0]) {
                drained[0] = true;
                pipeline.inFlight().drain();
                awaitEmpty(world.now() + SHUTDOWN_TIMEOUT, this::end, this::cutShort);
            }
        };
        consumption.pause(Consumption.Pause.SHUTDOWN).thenRun(drain);
        world.after(2 * World.SECOND, this, drain);
    }

    private void awaitEmpty(long until, Runnable whenEmpty, Runnable whenLate) {
        if (pipeline.inFlight().size() == 0) {
            whenEmpty.run();
        } else if (world.now() >= until) {
            whenLate.run();
        } else {
            world.after(World.SECOND / 20, this, () -> awaitEmpty(until, whenEmpty, whenLate));
        }
    }

    private void cutShort() {
        giveUp();
        pipeline.inFlight().cutShort();
        slots.interrupt();
        Runnable last = () -> {
            giveUp();
            end();
        };
        awaitEmpty(world.now() + 2 * World.SECOND, last, last);
    }

    private void giveUp() {
        world.log(world.line(Line.Event.GAVE_UP, name));
        pipeline.giveUpRecording();
    }

    /** The settler writes what waits; then the connections close and the process ends. */
    private void end() {
        world.after(5 * World.MILLI, this, () -> {
            consumption.closeInOrder();
            checker.close();
            journal.close();
            link.close();
            timer.shutdownNow();
            world.log(world.line(Line.Event.STOPPED, name));
            dead = true;
            slots.killAll();
            replay.kill();
        });
    }

    @Override
    public boolean isDead() {
        return dead;
    }

    boolean isStopping() {
        return stopping;
    }

    @Override
    public long frozenUntil() {
        return frozenUntil;
    }

    /** Whether nothing is on its way and everything is recorded, released and reported. */
    boolean isIdle() {
        return frozenUntil <= world.now()
                && pipeline.inFlight().size() == 0
                && pipeline.unrecorded() == 0
                && SimulatedCheckers.watched(checker) == 0
                && journal.finishedRuns() == 0
                && !replay.isRunning()
                && slots.isIdle();
    }

    void logLeft() {
        if (!isIdle()) {
            world.log(world.line(Line.Event.LEFT, name)
                    .what(pipeline.inFlight().size() + " in flight, " + pipeline.unrecorded() + " unrecorded, "
                            + SimulatedCheckers.watched(checker) + " leases renewed, breaker "
                            + checker.breaker().state()));
        }
    }
}
