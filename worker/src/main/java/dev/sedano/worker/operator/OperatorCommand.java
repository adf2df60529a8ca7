package dev.sedano.worker.operator;

import dev.sedano.worker.idempotency.StoreException;
import dev.sedano.worker.idempotency.redis.RedisStoreInspection;
import dev.sedano.worker.protocol.CeleryJson;
import dev.sedano.worker.runtime.OperatorAccess;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** What the operator's commands share: the store, the streams, and exit codes for what did not answer. */
abstract class OperatorCommand implements Callable<Integer> {
    final Map<String, String> environment;

    @Mixin
    final StoreOptions options = new StoreOptions();

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before call
    private CommandSpec spec;

    OperatorCommand(Map<String, String> environment) {
        this.environment = environment;
    }

    /** Does the work; answers one of {@link OperatorExit}. */
    abstract int run(RedisStoreInspection store) throws IOException;

    @Override
    public Integer call() {
        try (RedisStoreInspection store =
                OperatorAccess.store(options.store(environment), options.namespace(environment))) {
            return run(store);
        } catch (StoreException | IOException e) {
            tell(e.getMessage() + "; try again when it answers");
            return OperatorExit.UNAVAILABLE;
        }
    }

    final void print(String text) {
        spec.commandLine().getOut().println(text);
    }

    final void printJson(@Nullable Object value) {
        print(new String(new CeleryJson().encode(value), StandardCharsets.UTF_8));
    }

    /** To standard error. */
    final void tell(String text) {
        spec.commandLine().getErr().println("sedano: " + text);
    }
}
