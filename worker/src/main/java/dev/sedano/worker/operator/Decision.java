package dev.sedano.worker.operator;

import dev.sedano.worker.ConfigurationException;
import dev.sedano.worker.protocol.CeleryJson;
import dev.sedano.worker.protocol.EncodingException;
import dev.sedano.worker.protocol.ProtocolException;
import dev.sedano.worker.result.DecidedOutcome;
import dev.sedano.worker.result.ResultRecord;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The outcome that a person gives. */
final class Decision {
    @Option(
            names = "--result",
            paramLabel = "JSON",
            description = "The work was done: the result that callers get, as JSON; null if there is none.")
    @Nullable
    String result;

    @Option(
            names = "--failure",
            paramLabel = "TEXT",
            description = "The work will not be done: callers get dev.sedano.DecidedByOperator with this text.")
    @Nullable
    String failure;

    boolean isGiven() {
        return result != null || failure != null;
    }

    /**
     * The record for a caller.
     *
     * @throws ConfigurationException if it is not one outcome
     */
    ResultRecord record(String taskId) {
        DecidedOutcome outcomes = new DecidedOutcome(new CeleryJson(), Clock.systemUTC());
        if (result != null && failure != null) {
            throw new ConfigurationException("--failure", "", "is given beside --result: leave one out");
        }
        if (failure != null) {
            return outcomes.failure(taskId, failure);
        }
        if (result == null) {
            throw new ConfigurationException(
                    "--result",
                    "",
                    "is missing: say what came of it, --result JSON if it was done, --failure TEXT if not");
        }
        try {
            return outcomes.success(taskId, new CeleryJson().decode(result.getBytes(StandardCharsets.UTF_8)));
        } catch (ProtocolException | EncodingException e) {
            // Without the value: it may be secret.
            throw new ConfigurationException(
                    "--result", "", "is no result: " + e.getMessage() + "; write JSON, a text as '\"text\"'", e);
        }
    }
}
