package dev.sedano.worker.control;

import java.util.Map;

/** {@code shutdown}: a warm one, as the first SIGTERM's, also when it comes again; without a reply, as Celery's. */
final class Shutdown {
    /** The answer that is not sent. */
    static final Object SILENT = new Object();

    private Shutdown() {}

    static void addTo(Map<String, Command> commands, WorkerControls controls) {
        commands.put("shutdown", arguments -> {
            controls.stop();
            return SILENT;
        });
    }
}
