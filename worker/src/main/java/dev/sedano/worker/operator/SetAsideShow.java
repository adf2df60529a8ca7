package dev.sedano.worker.operator;

import dev.sedano.worker.idempotency.redis.RedisStoreInspection;
import dev.sedano.worker.idempotency.redis.StoredRecord;
import dev.sedano.worker.rabbitmq.SetAsideQueue;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code sedano parked show}, {@code sedano dead show}. */
@Command(
        name = "show",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Shows one task's copy and what the store knows of its key.")
final class SetAsideShow extends SetAsideCommand {
    @Parameters(paramLabel = "TASK_ID", description = "The task's id.")
    @SuppressWarnings("NullAway.Init") // picocli sets it, it is required
    private String id;

    @Option(names = "--payload", description = "Also the message's body. It may be secret.")
    private boolean payload;

    SetAsideShow(Map<String, String> environment, SetAsideKind kind) {
        super(environment, kind);
    }

    @Override
    int run(RedisStoreInspection store, SetAsideQueue queue) throws IOException {
        List<CopyView> copies = take(queue).get(id);
        if (copies == null) {
            tell(id + ": no copy in " + queue.queue() + ". See `sedano " + kind.word()
                    + " list`; another operator may be holding it just now");
            tellRest(queue);
            return OperatorExit.NOT_FOUND;
        }
        CopyView first = copies.get(0);
        Map<String, @Nullable Object> facts = new LinkedHashMap<>(first.facts());
        facts.put("copies", copies.size());
        StoredRecord record = store.record(first.key().record());
        facts.put(
                "store",
                record == null
                        ? "nothing is recorded under its key"
                        : options.json
                                ? new RecordView(record, store.now(record.name())).facts()
                                : new RecordView(record, store.now(record.name())).meaning());
        if (payload) {
            facts.put("payload", first.payload());
        }
        if (options.json) {
            printJson(facts);
        } else {
            facts.forEach((name, value) -> print(String.format("%-30s %s", name.replace('_', ' '), value)));
        }
        return OperatorExit.OK;
    }
}
