package dev.sedano.worker.control;

import dev.sedano.worker.control.WorkerView.Bounds;
import java.util.Map;

/** pool_grow, pool_shrink, pool_restart and autoscale. */
final class PoolCommands {
    private final WorkerView worker;
    private final WorkerControls controls;

    private PoolCommands(WorkerView worker, WorkerControls controls) {
        this.worker = worker;
        this.controls = controls;
    }

    static void addTo(Map<String, Command> commands, WorkerView worker, WorkerControls controls) {
        PoolCommands pool = new PoolCommands(worker, controls);
        commands.put("pool_grow", arguments -> pool.resize("pool_grow", arguments, 1, "pool will grow"));
        commands.put("pool_shrink", arguments -> pool.resize("pool_shrink", arguments, -1, "pool will shrink"));
        commands.put("autoscale", pool::autoscale);
        commands.put("pool_restart", arguments -> {
            throw new CommandException("ValueError", "Pool restarts not enabled");
        });
    }

    private Object resize(String command, Arguments arguments, int sign, String answer) {
        int by = arguments.number("n", 1);
        if (by < 0 || by > 10_000) {
            throw new CommandException("ValueError", "argument 'n' must be from 0 to 10000");
        }
        if (worker.pool().autoscale() != null) {
            return Command.error(command + " is not supported with autoscale. Adjust autoscale range instead.");
        }
        try {
            controls.resize(sign * by);
        } catch (IllegalStateException e) {
            return Command.error(String.valueOf(e.getMessage()));
        }
        return Command.ok(answer);
    }

    private Object autoscale(Arguments arguments) {
        arguments.only("max", "min");
        Integer most = arguments.get("max") == null ? null : (Integer) arguments.number("max", 1);
        Integer least = arguments.get("min") == null ? null : (Integer) arguments.number("min", 1);
        Bounds bounds;
        try {
            bounds = controls.autoscale(most, least);
        } catch (IllegalArgumentException e) {
            throw new CommandException("ValueError", String.valueOf(e.getMessage()));
        }
        if (bounds == null) {
            throw new CommandException("ValueError", "Autoscale not enabled");
        }
        return Command.ok("autoscale now max=" + bounds.most() + " min=" + bounds.least());
    }
}
