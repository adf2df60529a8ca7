package dev.sedano.worker.simulation;

import java.util.List;

/** One history, told by a seed: chaos, then calm, then a last wave of work that must find everything in order. */
final class Simulation {
    private static final long LONGEST = 900 * World.SECOND;

    private static final long CALM_AFTER = 12 * World.SECOND;
    /** Long enough for a probe, and for what waits for it: reports and releases. */
    private static final long AFTERWARDS = 12 * World.SECOND;

    private Simulation() {}

    /** How a history went. */
    record History(long seed, NaiveDesign design, Ledger ledger, List<String> violations) {
        /** The way to see exactly this again. */
        String replay() {
            return "SEDANO_SIM_START=" + seed + " SEDANO_SIM_SEEDS=1 ./mvnw -pl worker -am test -Dtest=SimulationTest"
                    + " -Dsurefire.failIfNoSpecifiedTests=false";
        }

        String report() {
            StringBuilder text = new StringBuilder("seed " + seed + ": " + violations + "\nreplay: " + replay());
            ledger.lines().forEach(line -> text.append('\n').append(line));
            return text.toString();
        }
    }

    static History run(long seed) {
        return run(seed, NaiveDesign.NONE);
    }

    static History run(long seed, NaiveDesign design) {
        World world = new World(seed);
        Rules rules = Rules.of(world);
        world.log(world.line(Line.Event.RULES, "")
                .what(rules.afterLeaseLoss().name())
                .until(rules.lease().toMillis() * World.MILLI));
        if (rules.callsFail() > 0.1) {
            world.log(world.line(Line.Event.FAULT, "").what("bad network").until(rules.chaosEnds() + CALM_AFTER));
        }
        Fleet fleet = new Fleet(world, rules, design);
        Producers producers = new Producers(world, rules, fleet.broker());
        producers.begin();
        new Nemesis(world, rules, fleet).begin();
        long calm = rules.chaosEnds() + CALM_AFTER;
        world.at(calm, Host.WORLD, fleet::calm);
        world.run(calm, () -> false);
        world.run(calm + LONGEST / 2, fleet::isQuiet);
        producers.lastWave(fleet.slots());
        world.run(world.now() + LONGEST / 2, fleet::isQuiet);
        world.run(world.now() + AFTERWARDS, () -> false);
        fleet.logLeft();
        world.coroutines.killAll();
        return new History(seed, design, world.ledger, Checker.check(world.ledger.lines()));
    }
}
