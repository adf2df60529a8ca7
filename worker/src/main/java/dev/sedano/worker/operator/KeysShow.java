package dev.sedano.worker.operator;

import dev.sedano.worker.idempotency.TaskKey;
import dev.sedano.worker.idempotency.redis.RedisStoreInspection;
import dev.sedano.worker.idempotency.redis.StoredRecord;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code sedano keys show}. */
@Command(
        name = "show",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Shows one key: its state, who holds it, what happens next.")
final class KeysShow extends OperatorCommand {
    @Mixin
    private final KeyArgument argument = new KeyArgument();

    @Option(names = "--result", description = "Also the kept result. It may be secret.")
    private boolean result;

    KeysShow(Map<String, String> environment) {
        super(environment);
    }

    @Override
    int run(RedisStoreInspection store) {
        TaskKey key = argument.key();
        StoredRecord record = store.record(key.record());
        if (record == null) {
            tell(Names.record(key.record()) + ": nothing is recorded under this key in namespace "
                    + options.namespace(environment)
                    + ". Check KEY, --task or --scope and --namespace; a key of its own is found by its task id with"
                    + " `sedano explain`");
            return OperatorExit.NOT_FOUND;
        }
        RecordView view = new RecordView(record, store.now(record.name()));
        String kept = result ? record.text("res") : null;
        if (options.json) {
            Map<String, @Nullable Object> facts = new LinkedHashMap<>(view.facts());
            if (kept != null) {
                facts.put("kept_result", kept);
            }
            printJson(facts);
        } else {
            print(view.text());
            if (kept != null) {
                print("kept result                    " + kept);
            }
        }
        return OperatorExit.OK;
    }
}
