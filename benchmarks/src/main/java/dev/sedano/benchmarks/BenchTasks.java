package dev.sedano.benchmarks;

import dev.sedano.task.Task;
import java.util.concurrent.TimeUnit;

/** Four tasks whose own cost is known. Each counts its run, see {@link CountFile}. Thread-safe. */
final class BenchTasks {
    private final CountFile count;

    BenchTasks(CountFile count) {
        this.count = count;
    }

    /** Nothing but the way there and back. */
    @Task("bench.add")
    int add(int index, int y) {
        count.ran(index);
        return index + y;
    }

    /** A text that goes there and back. */
    @Task("bench.echo")
    String echo(int index, String text) {
        count.ran(index);
        return text;
    }

    /** Waits, as for another service. */
    @Task("bench.sleep")
    int sleep(int index, int millis) throws InterruptedException {
        Thread.sleep(millis);
        count.ran(index);
        return index;
    }

    /** Computes. */
    @Task("bench.spin")
    int spin(int index, int millis) {
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        while (System.nanoTime() - end < 0) {
            Thread.onSpinWait();
        }
        count.ran(index);
        return index;
    }
}
