package dev.sedano.worker.cli;

import dev.sedano.task.TaskRegistry;
import dev.sedano.worker.runtime.Worker;
import dev.sedano.worker.runtime.WorkerConfig;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs a worker until SIGTERM or SIGINT: the first is warm, the second cold. */
final class SignalledWorker {
    private static final Logger LOG = LoggerFactory.getLogger(SignalledWorker.class);

    private SignalledWorker() {}

    static int run(WorkerConfig config, TaskRegistry registry) {
        Worker worker = new Worker(config, registry);
        for (String name : new String[] {"TERM", "INT"}) {
            Signals.handle(name, signal -> {
                LOG.info("SIG{}", signal);
                worker.stop();
            });
        }
        LOG.info(
                "{} consumes {} with {} slots ({}), markers in {}",
                config.node(),
                config.queues(),
                config.concurrency(),
                config.pool(),
                config.idempotencyStore());
        return switch (worker.run()) {
            case CLEAN, CUT_SHORT -> ExitCode.OK;
            case UNRECORDED -> ExitCode.UNRECORDED;
            case LEFT_BEHIND -> ExitCode.LEFT_BEHIND;
        };
    }
}
