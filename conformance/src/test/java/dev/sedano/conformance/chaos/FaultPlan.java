package dev.sedano.conformance.chaos;

import dev.sedano.conformance.chaos.FaultKind.Place;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** The faults of a run: the same seed, lease and duration make the same plan. */
final class FaultPlan {
    /**
     * One fault.
     *
     * @param start milliseconds after the begin of the run
     * @param length in milliseconds
     */
    record Fault(FaultKind kind, int start, int length) {}

    private FaultPlan() {}

    /** What happens at {@code place}, in order, none of it after {@code duration}. */
    static List<Fault> at(Place place, long seed, Duration duration, Duration lease) {
        Random random = new Random(seed * 31 + place.number());
        List<FaultKind> kinds = place.kinds();
        List<Fault> faults = new ArrayList<>();
        int time = 0;
        while (true) {
            time += between(random, place.leastGap(), place.mostGap());
            FaultKind kind = kinds.get(random.nextInt(kinds.size()));
            int length = kind == FaultKind.WORKER_FREEZE
                    ? between(random, (int) lease.toMillis() / 2, (int) lease.toMillis() * 3)
                    : between(random, place.leastLength(), place.mostLength());
            if (time + length > duration.toMillis()) {
                return faults;
            }
            faults.add(new Fault(kind, time, length));
            time += length;
        }
    }

    private static int between(Random random, int least, int most) {
        return least + random.nextInt(most - least + 1);
    }
}
