package dev.sedano.worker.simulation;

/** Makes trouble at random times until the chaos ends. */
final class Nemesis {
    private final World world;
    private final Rules rules;
    private final Fleet fleet;

    Nemesis(World world, Rules rules, Fleet fleet) {
        this.world = world;
        this.rules = rules;
        this.fleet = fleet;
    }

    void begin() {
        boolean mayLose = world.chance(0.25);
        for (int i = 0; i < rules.faults(); i++) {
            long when = world.between(0, rules.chaosEnds());
            world.at(when, Host.WORLD, () -> strike(mayLose));
        }
    }

    private void strike(boolean mayLose) {
        int worker = world.random.nextInt(rules.workers());
        long lease = rules.lease().toMillis() * World.MILLI;
        switch (world.random.nextInt(mayLose ? 11 : 10)) {
            case 0 -> fleet.crash(worker, world.between(World.SECOND / 10, 10 * World.SECOND));
            case 1 -> fleet.stop(worker, world.between(World.SECOND / 10, 10 * World.SECOND));
            case 2 -> fleet.freeze(worker, world.between(World.SECOND / 10, 2 * lease));
            case 3 -> fleet.freeze(worker, world.between(World.SECOND / 10, World.SECOND * 3));
            case 4 -> fleet.breakConnection(worker);
            case 5 -> fleet.restartBroker();
            case 6 -> fleet.refuse(world.between(World.SECOND / 10, lease * 3 / 2));
            case 7 -> fleet.freezeStore(world.between(World.SECOND / 10, lease));
            case 8 -> fleet.cut(worker, world.between(World.SECOND / 10, lease * 3 / 2));
            case 9 -> fleet.slow(worker, world.between(World.SECOND, 10 * World.SECOND));
            default -> fleet.loseAllData();
        }
    }
}
