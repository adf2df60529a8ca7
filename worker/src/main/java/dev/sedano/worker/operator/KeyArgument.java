package dev.sedano.worker.operator;

import dev.sedano.worker.ConfigurationException;
import dev.sedano.worker.idempotency.TaskKey;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Which key. */
final class KeyArgument {
    @Parameters(paramLabel = "KEY", description = "A task id; with --task or --scope, an explicit idempotency key.")
    @SuppressWarnings("NullAway.Init") // picocli sets it, it is required
    String key;

    @Option(names = "--task", paramLabel = "NAME", description = "KEY is an explicit key of this task.")
    @Nullable
    String task;

    @Option(names = "--scope", paramLabel = "NAME", description = "KEY is an explicit key of this scope.")
    @Nullable
    String scope;

    TaskKey key() {
        return of(key, task, scope, "KEY");
    }

    static TaskKey of(String key, @Nullable String task, @Nullable String scope, String name) {
        if (key.isBlank()) {
            throw new ConfigurationException(name, "", "is blank: name a task id or an idempotency key");
        }
        if (task != null && scope != null) {
            throw new ConfigurationException(
                    "--scope", scope, "is given beside --task: leave one out, a task's name is the scope of its keys");
        }
        String within = task != null ? task : scope;
        return within == null ? TaskKey.ofTaskId(key) : TaskKey.explicit(within, key);
    }
}
