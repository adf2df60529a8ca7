package dev.sedano.worker.cli;

import dev.sedano.task.TaskRegistry;
import dev.sedano.worker.runtime.WorkerConfig;

/** Starts a worker for the command line and waits for its end. */
@FunctionalInterface
public interface WorkerLauncher {
    /**
     * Runs a worker until it was told to stop.
     *
     * @return the process's exit code, one of {@link ExitCode}
     * @throws dev.sedano.worker.ConfigurationException if a setting turns out to be unusable
     */
    int run(WorkerConfig config, TaskRegistry registry);
}
