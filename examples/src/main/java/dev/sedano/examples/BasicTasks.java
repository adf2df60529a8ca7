package dev.sedano.examples;

import dev.sedano.task.Task;
import dev.sedano.task.TaskContext;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Small tasks to try a worker with. */
final class BasicTasks {
    /** Adds two numbers as Python does: integers stay integers of any size, a float makes a float. */
    @Task("examples.add")
    Number add(Number a, Number b) {
        return Numbers.add(a, b);
    }

    /** Adds all of them, as {@link #add} adds two; nothing makes 0. */
    @Task("examples.sum")
    Number sum(List<Number> numbers) {
        return numbers.stream().reduce(0L, Numbers::add);
    }

    /** Returns what it got: text, numbers, datetimes, decimals, UUIDs, bytes, lists, maps, None. */
    @Task("examples.echo")
    @Nullable
    Object echo(@Nullable Object value) {
        return value;
    }

    /** Keeps a thread busy doing nothing. */
    @Task("examples.sleep")
    double sleep(double seconds) throws InterruptedException {
        Thread.sleep(Duration.ofNanos((long) (seconds * 1e9)).toMillis());
        return seconds;
    }

    /** Fails. */
    @Task("examples.fail")
    void fail(TaskContext context, String message) {
        context.logger().log(System.Logger.Level.INFO, "about to fail, as asked");
        throw new IllegalStateException(message);
    }

    /** The product of decimals, exactly. */
    @Task("examples.multiply")
    BigDecimal multiply(BigDecimal a, BigDecimal b) {
        return a.multiply(b);
    }
}
