package dev.sedano.worker.operator;

import dev.sedano.worker.ConfigurationException;
import dev.sedano.worker.idempotency.TaskKey;
import dev.sedano.worker.idempotency.redis.AdminReply;
import dev.sedano.worker.idempotency.redis.AdminReply.Answer;
import dev.sedano.worker.idempotency.redis.AdminRequest;
import dev.sedano.worker.idempotency.redis.RedisStoreInspection;
import dev.sedano.worker.idempotency.redis.StoredRecord;
import dev.sedano.worker.result.ResultRecord;
import dev.sedano.worker.runtime.DurationText;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code sedano keys complete}. */
@Command(
        name = "complete",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Records what came of a key, so that no copy of it runs any more, and writes the caller's result.",
            "Callbacks and chords are not started: they need the message, which only a worker has."
        })
final class KeysComplete extends OperatorCommand {
    @Mixin
    private final KeyArgument argument = new KeyArgument();

    @Mixin
    private final Decision decision = new Decision();

    @Option(
            names = "--force",
            description = "Also while an owner may be running it, over another outcome, or if nothing is recorded.")
    private boolean force;

    @Option(names = "--retention", paramLabel = "TIME", description = "How long it is remembered. Default: 7d.")
    private String retention = "7d";

    KeysComplete(Map<String, String> environment) {
        super(environment);
    }

    @Override
    int run(RedisStoreInspection store) {
        TaskKey key = argument.key();
        String name = Names.record(key.record());
        Duration keep = retention(retention);
        String taskId = key.explicit() ? firstId(store, key) : key.key();
        ResultRecord outcome = decision.record(taskId == null ? "" : taskId);
        AdminRequest.Act act = new AdminRequest.Act(
                options.who(), "keys-complete", key.record(), outcome.state() + (force ? ", forced" : ""));
        AdminReply reply = new Outcomes(store, options.store(environment), options.backend(environment), keep)
                .complete(act, key, force ? "RHPC" : "RHP", force, force, outcome, taskId);
        if (reply.answer() != Answer.DONE) {
            tell(Refusal.text(reply, name));
            return Refusal.code(reply);
        }
        String before = Names.state(reply.text());
        if (options.json) {
            printJson(Map.of(
                    "key",
                    key.record(),
                    "before",
                    before,
                    "outcome",
                    outcome.state().name()));
        } else {
            print(name + ": was " + (reply.text().isEmpty() ? "absent" : before) + ", is completed " + outcome.state()
                    + (reply.written().equals("S") ? "; a SUCCESS was stored for the caller already, and stays" : ""));
        }
        return OperatorExit.OK;
    }

    static Duration retention(String text) {
        Duration keep = DurationText.parse("--retention", text);
        if (keep.toSeconds() < 1) {
            throw new ConfigurationException("--retention", text, "is too short: use 1s or more");
        }
        return keep;
    }

    private static @Nullable String firstId(RedisStoreInspection store, TaskKey key) {
        StoredRecord record = store.record(key.record());
        return record == null ? null : record.text("id0");
    }
}
