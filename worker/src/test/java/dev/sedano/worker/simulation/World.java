package dev.sedano.worker.simulation;

import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.function.BooleanSupplier;

/**
 * Virtual time and the one queue of everything that is going to happen. Events due at the same time happen in random
 * order. One thread runs a world; everything random in it comes from {@link #random}, so a seed is a history.
 */
final class World {
    static final long MILLI = 1_000;
    static final long SECOND = 1_000_000;

    private record Event(long at, int tie, long sequence, Host host, Runnable body) {}

    final Random random;
    final Ledger ledger = new Ledger();
    final Coroutines coroutines = new Coroutines();
    private final PriorityQueue<Event> queue = new PriorityQueue<>(
            Comparator.comparingLong(Event::at).thenComparingInt(Event::tie).thenComparingLong(Event::sequence));
    private long now;
    private long sequence;

    World(long seed) {
        this.random = new Random(seed);
    }

    /** Microseconds since the beginning. */
    long now() {
        return now;
    }

    /** Lets {@code body} happen {@code delay} microseconds from now, if {@code host} is alive then. */
    void after(long delay, Host host, Runnable body) {
        at(now + Math.max(0, delay), host, body);
    }

    void at(long time, Host host, Runnable body) {
        queue.add(new Event(Math.max(now, time), random.nextInt(), sequence++, host, body));
    }

    /** Writes a line of the ledger. */
    void log(Line line) {
        ledger.add(line);
    }

    /** A line of now, to be filled in. */
    Line line(Line.Event event, String worker) {
        return Line.of(now, event, worker);
    }

    /** Runs events until {@code end} or until {@code enough}, which is asked once every virtual half second. */
    void run(long end, BooleanSupplier enough) {
        long nextLook = now + SECOND / 2;
        while (!queue.isEmpty() && queue.peek().at() <= end) {
            now = queue.peek().at();
            if (now >= nextLook) {
                if (enough.getAsBoolean()) {
                    return;
                }
                nextLook = now + SECOND / 2;
            }
            Event event = queue.remove();
            if (event.host().isDead()) {
                continue;
            }
            if (event.host().frozenUntil() > now) {
                at(event.host().frozenUntil() + random.nextInt(2_000), event.host(), event.body());
                continue;
            }
            event.body().run();
        }
    }

    /** Between {@code least} and {@code most}, inclusive. */
    long between(long least, long most) {
        return least + (long) (random.nextDouble() * (most - least + 1));
    }

    boolean chance(double probability) {
        return random.nextDouble() < probability;
    }
}
