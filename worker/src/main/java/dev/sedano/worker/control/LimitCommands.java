package dev.sedano.worker.control;

import dev.sedano.worker.protocol.SafeRepr;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** rate_limit and time_limit. */
final class LimitCommands {
    private final WorkerView worker;
    private final WorkerControls controls;
    private final TaskLimits limits;

    private LimitCommands(WorkerView worker, WorkerControls controls, TaskLimits limits) {
        this.worker = worker;
        this.controls = controls;
        this.limits = limits;
    }

    static void addTo(Map<String, Command> commands, WorkerView worker, WorkerControls controls, TaskLimits limits) {
        LimitCommands each = new LimitCommands(worker, controls, limits);
        commands.put("rate_limit", each::rateLimit);
        commands.put("time_limit", each::timeLimit);
    }

    private Object rateLimit(Arguments arguments) {
        String task = arguments.text("task_name");
        Object given = arguments.requiredOrNull("rate_limit");
        boolean none = isFalse(given);
        String rate = String.valueOf(given);
        double perSecond;
        try {
            perSecond = none ? 0 : Rates.perSecond(rate);
        } catch (NumberFormatException e) {
            CommandException python =
                    new CommandException("ValueError", "could not convert string to float: " + SafeRepr.of(rate));
            return Command.error("Invalid rate limit string: " + python.repr());
        }
        if (!worker.taskNames().contains(task)) {
            return Command.error("unknown task");
        }
        limits.rate(task, none ? null : rate);
        controls.rateLimit(task, perSecond);
        return Command.ok(none ? "rate limit disabled successfully" : "new rate limit set successfully");
    }

    /** Python's idea of it: the text "0", which the command line sends, is a limit that limits nothing. */
    private static boolean isFalse(@Nullable Object value) {
        return value == null
                || value.equals("")
                || value.equals(false)
                || (value instanceof Number number && number.doubleValue() == 0);
    }

    private Object timeLimit(Arguments arguments) {
        String task = arguments.text("task_name");
        Double soft = arguments.seconds("soft");
        Double hard = arguments.seconds("hard");
        if (!worker.taskNames().contains(task)) {
            return Command.error("unknown task");
        }
        controls.timeLimit(task, soft, hard);
        return Command.ok("time limits set successfully");
    }
}
