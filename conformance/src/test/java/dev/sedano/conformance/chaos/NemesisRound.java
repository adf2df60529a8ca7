package dev.sedano.conformance.chaos;

import dev.sedano.conformance.chaos.ChaosLedger.Event;
import dev.sedano.conformance.chaos.ChaosLedger.Line;
import dev.sedano.conformance.chaos.FaultKind.Place;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;

/** One run of the nemesis: load and faults for a time, then peace until all work is done, then the ledger. */
final class NemesisRound {
    private static final int WATCH_MILLIS = 300;
    private static final Duration PEACE_LIMIT = Duration.ofMinutes(3);

    private final long seed;
    private final Duration duration;
    private final Path folder;
    private final ChaosLedger ledger;
    private final CountDownLatch stop = new CountDownLatch(1);
    private final List<String> trouble = new ArrayList<>();

    NemesisRound(long seed, Duration duration, Path folder) {
        this.seed = seed;
        this.duration = duration;
        this.folder = folder;
        this.ledger = ChaosLedger.open(folder, "nemesis");
    }

    /** Faults that could not be begun or ended; the test is at fault then. */
    List<String> trouble() {
        return trouble;
    }

    /** Runs it to its end and returns what is in the ledger. */
    List<Line> run() {
        try (NemesisFleet fleet = new NemesisFleet(folder, ledger)) {
            Thread load = thread("load", new NemesisLoad(fleet.broker(), NemesisFleet.QUEUES, ledger, seed, stop));
            AtomicBoolean peace = new AtomicBoolean();
            List<Thread> all = new ArrayList<>();
            long begin = System.nanoTime();
            for (Place place : Place.values()) {
                all.add(thread("at " + place, () -> strike(fleet, place, begin, peace)));
            }
            await(begin, (int) duration.toMillis());
            stop.countDown();
            join(load);
            awaitPeace(fleet);
            peace.set(true);
            all.forEach(NemesisRound::join);
            fleet.left(true);
            fleet.writeDownSetAside();
        }
        return ChaosLedger.read(folder);
    }

    private void strike(NemesisFleet fleet, Place place, long begin, AtomicBoolean peace) {
        for (FaultPlan.Fault fault : FaultPlan.at(place, seed, duration, NemesisFleet.LEASE)) {
            watch(fleet, place, begin, fault.start());
            ledger.write(Event.FAULT, "", 0, 0, false, 0, fault.kind() + "@" + place);
            attempt(fault + " begins", () -> fleet.begin(fault.kind(), place, fault.length()));
            await(System.nanoTime(), fault.length());
            attempt(fault + " ends", () -> fleet.end(fault.kind(), place));
            ledger.write(Event.MENDED, "", 0, 0, false, 0, fault.kind() + "@" + place);
        }
        while (!peace.get()) {
            watch(fleet, place, System.nanoTime(), WATCH_MILLIS);
        }
    }

    private void attempt(String what, Runnable fault) {
        try {
            fault.run();
        } catch (RuntimeException e) {
            synchronized (trouble) {
                trouble.add(what + ": " + e);
            }
        }
    }

    /** Waits, and meanwhile starts a worker again that poison has ended. */
    private static void watch(NemesisFleet fleet, Place place, long begin, int millis) {
        long end = begin + TimeUnit.MILLISECONDS.toNanos(millis);
        do {
            if (place.isWorker()) {
                fleet.revive(place.worker());
            }
            await(System.nanoTime(), (int)
                    Math.min(WATCH_MILLIS, TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime())));
        } while (System.nanoTime() < end);
    }

    private static void await(long begin, int millis) {
        long end = begin + TimeUnit.MILLISECONDS.toNanos(millis);
        for (long left = end - System.nanoTime(); left > 0; left = end - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
    }

    /** Not an assertion: what is not done by then is the judge's to name. */
    private void awaitPeace(NemesisFleet fleet) {
        try {
            Awaitility.await("all work done")
                    .atMost(PEACE_LIMIT)
                    .pollInterval(Duration.ofSeconds(2))
                    .ignoreExceptions()
                    .until(() -> fleet.left(false) == 0
                            && NemesisJudge.of(ChaosLedger.read(folder), NemesisFleet.LEASE)
                                    .unfinished()
                                    .isEmpty());
        } catch (ConditionTimeoutException late) {
            synchronized (trouble) {
                trouble.add("not done after " + PEACE_LIMIT);
            }
        }
    }

    private static Thread thread(String name, Runnable body) {
        Thread thread = new Thread(body, "nemesis " + name);
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }
}
