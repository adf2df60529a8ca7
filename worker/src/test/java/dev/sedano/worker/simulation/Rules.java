package dev.sedano.worker.simulation;

import dev.sedano.worker.idempotency.IdempotencyStore.AfterLeaseLoss;
import java.time.Duration;

/** How large and how bad a history is; all drawn from its seed. */
record Rules(
        int workers,
        int slots,
        Duration lease,
        AfterLeaseLoss afterLeaseLoss,
        int mostHeld,
        int tasks,
        long chaosEnds,
        int faults,
        double callsFail,
        long slowest,
        long spread,
        double late,
        double publishFails,
        double longHandlers,
        double crashesAtMoments,
        boolean diskWorks) {
    static Rules of(World world) {
        boolean burst = world.chance(0.3);
        double[] failing = {0, 0, 0.01, 0.05, 0.3};
        int[] leases = {6, 10, 30};
        return new Rules(
                2 + world.random.nextInt(2),
                1 + world.random.nextInt(3),
                Duration.ofSeconds(leases[world.random.nextInt(3)]),
                world.chance(0.25) ? AfterLeaseLoss.PARK : AfterLeaseLoss.RERUN,
                1 + world.random.nextInt(6),
                3 + world.random.nextInt(14),
                world.between(5, 40) * World.SECOND,
                world.random.nextInt(7),
                failing[burst ? 2 + world.random.nextInt(3) : world.random.nextInt(4)],
                world.chance(burst ? 0.5 : 0.1) ? 100 * World.MILLI : World.MILLI,
                burst ? World.SECOND / 5 : 10 * World.SECOND,
                world.chance(0.3) ? 0.2 : 0,
                world.chance(0.3) ? 0.1 : 0,
                world.chance(0.5) ? 0.2 : 0.02,
                world.chance(0.3) ? 0.3 : 0,
                world.chance(0.75));
    }
}
