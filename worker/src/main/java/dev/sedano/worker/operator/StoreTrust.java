package dev.sedano.worker.operator;

import dev.sedano.worker.ConfigurationException;
import dev.sedano.worker.idempotency.redis.RedisStoreInspection;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code sedano store trust}. */
@Command(
        name = "trust",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Ends the special treatment of redelivered copies after the store lost data: they run as first deliveries again.",
            "Do this when what was lost is restored, or surely nothing of it is still in a queue."
        })
final class StoreTrust extends OperatorCommand {
    @Option(names = "--now", description = "Confirms it.")
    private boolean now;

    StoreTrust(Map<String, String> environment) {
        super(environment);
    }

    @Override
    int run(RedisStoreInspection store) {
        if (!now) {
            throw new ConfigurationException(
                    "--now",
                    "",
                    "is missing: add it to confirm that redelivered copies without a record may simply run");
        }
        List<Duration> left = store.trust(options.who(), "");
        if (left == null) {
            tell("no worker has used namespace " + options.namespace(environment)
                    + " in this store: check --namespace and the URL");
            return OperatorExit.NOT_FOUND;
        }
        if (options.json) {
            printJson(Map.of(
                    "unsafe_ms_ended",
                    left.get(0).toMillis(),
                    "loss_ms_ended",
                    left.get(1).toMillis()));
        } else {
            print(
                    left.stream().allMatch(Duration::isZero)
                            ? "the store was trusted already"
                            : "trusted: ended an unsafe window of "
                                    + Times.length(left.get(0).toMillis()) + " and a loss window of "
                                    + Times.length(left.get(1).toMillis()));
        }
        return OperatorExit.OK;
    }
}
