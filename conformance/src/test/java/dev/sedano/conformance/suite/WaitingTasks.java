package dev.sedano.conformance.suite;

import static dev.sedano.conformance.suite.PlainTasks.PREFIX;

import dev.sedano.task.TaskCall;
import dev.sedano.task.TaskContext;
import dev.sedano.task.TaskRegistry;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Tasks that take their time; waiting is what they are for. */
final class WaitingTasks {
    private WaitingTasks() {}

    static void register(TaskRegistry registry) {
        registry.add(PREFIX + "sleeping", WaitingTasks::sleeping)
                .add(PREFIX + "delayed_sum", WaitingTasks::delayedSum)
                .add(PREFIX + "delayed_sum_with_soft_guard", WaitingTasks::delayedSumWithSoftGuard);
    }

    private static @Nullable Object sleeping(TaskContext context, TaskCall call) throws InterruptedException {
        pause(number(call, 0, "i", 0));
        return null;
    }

    private static Object delayedSum(TaskContext context, TaskCall call) throws InterruptedException {
        pause(number(call, 1, "pause_time", 1));
        return PythonValues.sum(numbers(call));
    }

    private static Object delayedSumWithSoftGuard(TaskContext context, TaskCall call) {
        try {
            return delayedSum(context, call);
        } catch (InterruptedException e) {
            return 0;
        }
    }

    private static List<?> numbers(TaskCall call) {
        Object numbers = call.args().isEmpty()
                ? call.kwargs().get("numbers")
                : call.args().get(0);
        return numbers instanceof List<?> list ? list : List.of();
    }

    private static double number(TaskCall call, int place, String name, double otherwise) {
        Object value = call.args().size() > place
                ? call.args().get(place)
                : call.kwargs().get(name);
        return value instanceof Number number ? number.doubleValue() : otherwise;
    }

    private static void pause(double seconds) throws InterruptedException {
        TimeUnit.MILLISECONDS.sleep((long) (seconds * 1000));
    }
}
