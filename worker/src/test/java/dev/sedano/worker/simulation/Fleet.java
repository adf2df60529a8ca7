package dev.sedano.worker.simulation;

import dev.sedano.worker.journal.SimulatedDisk;
import java.util.ArrayList;
import java.util.List;

/** The workers of a history and everything they talk to, and what can be done to them. */
final class Fleet {
    private static final long SLOWEST = 600 * World.MILLI;

    private final World world;
    private final Rules rules;
    private final StoreServer store;
    private final SimulatedBroker broker;
    private final SimulatedWorker.Surroundings surroundings;
    private final List<SimulatedWorker> workers = new ArrayList<>();
    private final List<Trouble> troubles = new ArrayList<>();
    private final List<SimulatedDisk> disks = new ArrayList<>();
    private final int[] starts;

    Fleet(World world, Rules rules, NaiveDesign design) {
        this.world = world;
        this.rules = rules;
        this.store = new StoreServer(world, design);
        this.broker = new SimulatedBroker(world, design);
        this.surroundings = new SimulatedWorker.Surroundings(world, rules, store, broker, design);
        this.starts = new int[rules.workers()];
        for (int i = 0; i < rules.workers(); i++) {
            Trouble trouble = new Trouble();
            trouble.requestLost = rules.callsFail();
            trouble.replyLost = rules.callsFail();
            trouble.late = rules.late();
            trouble.slowest = rules.slowest();
            troubles.add(trouble);
            disks.add(new SimulatedDisk());
            workers.add(created(i));
        }
        workers.forEach(SimulatedWorker::start);
    }

    private SimulatedWorker created(int index) {
        return new SimulatedWorker(
                "w" + (index + 1) + "." + ++starts[index],
                surroundings,
                troubles.get(index),
                disks.get(index),
                () -> moment(index));
    }

    /** A worker is in the middle of something: now a crash hurts most. */
    private void moment(int index) {
        if (world.now() < rules.chaosEnds() && world.chance(rules.crashesAtMoments())) {
            long away = world.between(World.SECOND / 10, 10 * World.SECOND);
            world.after(world.between(0, 40 * World.MILLI), Host.WORLD, () -> crash(index, away));
        }
    }

    SimulatedBroker broker() {
        return broker;
    }

    private void startAgain(int index) {
        if (workers.get(index).isDead()) {
            SimulatedWorker next = created(index);
            workers.set(index, next);
            next.start();
        }
    }

    void crash(int index, long away) {
        if (!workers.get(index).isDead()) {
            workers.get(index).crash();
            if (world.chance(0.5)) {
                disks.get(index).lose(world.random);
            }
            world.after(away, Host.WORLD, () -> startAgain(index));
        }
    }

    void stop(int index, long away) {
        SimulatedWorker worker = workers.get(index);
        if (!worker.isDead() && !worker.isStopping()) {
            worker.askToStop();
            whenDead(worker, () -> world.after(away, Host.WORLD, () -> startAgain(index)));
        }
    }

    private void whenDead(SimulatedWorker worker, Runnable then) {
        world.after(World.SECOND / 2, Host.WORLD, () -> {
            if (worker.isDead()) {
                then.run();
            } else {
                whenDead(worker, then);
            }
        });
    }

    void freeze(int index, long time) {
        if (!workers.get(index).isDead()) {
            workers.get(index).freezeUntil(world.now() + time);
        }
    }

    void breakConnection(int index) {
        if (!workers.get(index).isDead()) {
            workers.get(index).breakConnection();
        }
    }

    void restartBroker() {
        broker.restart();
    }

    void refuse(long time) {
        fault("", "store refuses", time);
        store.refuseUntil(world.now() + time);
    }

    void freezeStore(long time) {
        fault("", "store frozen", time);
        store.freezeUntil(world.now() + time);
    }

    void cut(int index, long time) {
        fault(workers.get(index).name(), "cut off", time);
        troubles.get(index).cutUntil = Math.max(troubles.get(index).cutUntil, world.now() + time);
    }

    void slow(int index, long time) {
        fault(workers.get(index).name(), "slow", time);
        Trouble trouble = troubles.get(index);
        trouble.slowest = SLOWEST;
        world.after(time, Host.WORLD, () -> trouble.slowest = rules.slowest());
    }

    void loseAllData() {
        store.loseAllData();
    }

    private void fault(String worker, String kind, long time) {
        world.log(world.line(Line.Event.FAULT, worker).what(kind).until(world.now() + time));
    }

    /** The store answers from now on, and all calls come through. */
    void calm() {
        for (Trouble trouble : troubles) {
            trouble.requestLost = 0;
            trouble.replyLost = 0;
            trouble.late = 0;
            trouble.cutUntil = 0;
        }
        store.calm();
    }

    /** Whether every message is settled and every worker lives and is idle. */
    boolean isQuiet() {
        return broker.isEmpty()
                && workers.stream().allMatch(worker -> !worker.isDead() && !worker.isStopping() && worker.isIdle());
    }

    void logLeft() {
        broker.logLeft();
        for (SimulatedWorker worker : workers) {
            if (worker.isDead()) {
                world.log(world.line(Line.Event.LEFT, worker.name()).what("dead"));
            } else {
                worker.logLeft();
            }
        }
    }

    int slots() {
        return rules.workers() * rules.slots();
    }
}
