package dev.sedano.worker.operator;

import dev.sedano.worker.ConfigurationException;
import dev.sedano.worker.idempotency.TaskKey;
import dev.sedano.worker.idempotency.redis.RedisStoreInspection;
import dev.sedano.worker.idempotency.redis.StoredRecord;
import dev.sedano.worker.runtime.OperatorAccess;
import dev.sedano.worker.runtime.ResultBackend;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code sedano explain}. */
@Command(
        name = "explain",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Tells the whole life of a task: claims, owners, takeovers, blocks and verdicts, result, follow-ups, and what"
                    + " operators did.",
            "A task with an explicit key is found by --task and --key, else by a search through the namespace."
        })
final class ExplainCommand extends OperatorCommand {
    private static final int WHOLE_AUDIT = 10_000;

    @Parameters(paramLabel = "TASK_ID", description = "The task's id.")
    @SuppressWarnings("NullAway.Init") // picocli sets it, it is required
    private String id;

    @Option(names = "--task", paramLabel = "NAME", description = "The task's name or its keys' scope, with --key.")
    @Nullable
    private String task;

    @Option(names = "--key", paramLabel = "KEY", description = "Its explicit idempotency key, with --task.")
    @Nullable
    private String key;

    @Option(
            names = "--search-limit",
            paramLabel = "N",
            description = "How many names the search looks at. Default: 1000000.")
    private long searchLimit = 1_000_000;

    @Option(names = "--result", description = "Also the caller's result record. It may be secret.")
    private boolean result;

    ExplainCommand(Map<String, String> environment) {
        super(environment);
    }

    @Override
    int run(RedisStoreInspection store) {
        if ((task == null) != (key == null)) {
            throw new ConfigurationException(
                    task == null ? "--task" : "--key", "", "is missing: give --task and --key together, or neither");
        }
        TaskKey explicit = key == null ? null : KeyArgument.of(key, task, null, "--key");
        List<StoredRecord> records = new RecordSearch(
                        store, searchLimit, count -> tell("looked at " + count + " records ..."))
                .of(id, explicit);
        List<AuditLine> audit =
                store.audit(WHOLE_AUDIT).stream().map(AuditLine::of).toList();
        List<Life> lives = records.stream()
                .map(record -> Life.of(
                        new RecordView(record, store.now(record.name())),
                        store.blocked(record.name()),
                        audit.stream()
                                .filter(line -> line.key().equals(record.name()))
                                .toList()))
                .toList();
        byte[] meta = meta(store);
        if (lives.isEmpty() && meta == null) {
            tell(
                    id
                            + ": nothing is known of it. Its record may be older than the retention, or its key another one: try"
                            + " --task and --key, check --namespace, and look into `sedano parked list` and `sedano dead list`");
            return OperatorExit.NOT_FOUND;
        }
        Map<String, @Nullable Object> outcome = meta == null ? null : StoredOutcome.facts(meta, result);
        if (options.json) {
            Map<String, @Nullable Object> all = new LinkedHashMap<>();
            all.put("task_id", id);
            all.put("records", lives.stream().map(Life::facts).toList());
            all.put("result", outcome);
            printJson(all);
        } else {
            lives.forEach(life -> print(life.text()));
            print((lives.isEmpty() ? "No record in the store." : "") + "\nWhat the caller finds\n"
                    + (outcome == null ? "no result" : lines(outcome)));
        }
        return OperatorExit.OK;
    }

    private static String lines(Map<String, @Nullable Object> facts) {
        Table table = new Table("FIELD", "VALUE");
        facts.forEach((name, value) -> table.row(name, String.valueOf(value)));
        return table.toString();
    }

    private byte @Nullable [] meta(RedisStoreInspection store) {
        ResultBackend backend = options.backend(environment);
        if (backend instanceof ResultBackend.Redis redis && !redis.uri().sameDatabaseAs(options.store(environment))) {
            try (RedisStoreInspection results = OperatorAccess.store(redis.uri(), options.namespace(environment))) {
                return results.value(redis.keys().task(id));
            }
        }
        return store.value(options.resultKeys(environment).task(id));
    }
}
