package dev.sedano.worker.operator;

import dev.sedano.worker.idempotency.redis.RedisStoreInspection;
import dev.sedano.worker.rabbitmq.SetAsideQueue;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;

/** {@code sedano parked list}, {@code sedano dead list}. */
@Command(
        name = "list",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Lists the copies, the oldest first, without taking them away. Meanwhile nobody else sees them.")
final class SetAsideList extends SetAsideCommand {
    SetAsideList(Map<String, String> environment, SetAsideKind kind) {
        super(environment, kind);
    }

    @Override
    int run(RedisStoreInspection store, SetAsideQueue queue) throws IOException {
        Map<String, List<CopyView>> byId = take(queue);
        if (options.json) {
            printJson(byId.values().stream().map(SetAsideList::facts).toList());
        } else {
            Table table = new Table("SINCE", "REASON", "TASK", "TASK ID", "COPIES", "OWNER", "LAST STEP");
            byId.forEach((id, copies) -> {
                CopyView first = copies.get(0);
                table.row(
                        dash(first.said("time")),
                        dash(first.said("reason")),
                        dash(first.task()),
                        dash(id),
                        copies.size(),
                        dash(first.said("owner")),
                        dash(first.said("last-step")));
            });
            if (!table.isEmpty()) {
                print(table.toString());
            }
        }
        tell(byId.size() + " tasks in " + queue.queue());
        tellRest(queue);
        return OperatorExit.OK;
    }

    private static Map<String, @Nullable Object> facts(List<CopyView> copies) {
        Map<String, @Nullable Object> facts = new LinkedHashMap<>(copies.get(0).facts());
        facts.put("copies", copies.size());
        return facts;
    }

    private static String dash(String text) {
        return text.isEmpty() ? "-" : text;
    }
}
