package dev.sedano.worker.operator;

import dev.sedano.worker.ConfigurationException;
import dev.sedano.worker.idempotency.redis.RedisStoreInspection;
import dev.sedano.worker.idempotency.redis.StoredRecord;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code sedano keys list}. */
@Command(
        name = "list",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Lists keys, in no order. Goes through the namespace with SCAN, which disturbs nobody.")
final class KeysList extends OperatorCommand {
    @Option(names = "--task", paramLabel = "NAME", description = "Only explicit keys of this task or scope.")
    @Nullable
    private String task;

    @Option(
            names = "--state",
            paramLabel = "LETTERS",
            description = "Only these: R running, H handed off, C completed, P parked; several as RP.")
    @Nullable
    private String state;

    @Option(names = "--limit", paramLabel = "N", description = "At most so many. Default: 100.")
    private int limit = 100;

    KeysList(Map<String, String> environment) {
        super(environment);
    }

    @Override
    int run(RedisStoreInspection store) {
        String states = state == null ? "" : state.toUpperCase(Locale.ROOT);
        if (!states.matches("[RHCP]*")) {
            throw new ConfigurationException("--state", states, "is unknown: use letters of R, H, C and P");
        }
        if (limit < 1) {
            throw new ConfigurationException("--limit", Integer.toString(limit), "is too small: use 1 or more");
        }
        Set<String> seen = new HashSet<>();
        List<Map<String, @Nullable Object>> found = new ArrayList<>();
        Table table = new Table("STATE", "ATTEMPT", "OWNER", "SINCE", "KEY");
        long[] looked = {0};
        store.eachRecord((name, count) -> {
            looked[0] = count;
            StoredRecord record =
                    (task == null || name.startsWith(task + '\0')) && seen.add(name) ? store.record(name) : null;
            if (record != null && (states.isEmpty() || matches(states, record.state()))) {
                RecordView view = new RecordView(record, store.now(name));
                found.add(view.facts());
                table.row(
                        view.state(),
                        record.text("att") == null ? "-" : Names.attempt(record.number("att")),
                        record.text("own") == null ? "-" : String.valueOf(record.text("own")),
                        since(record),
                        Names.record(name));
            }
            return found.size() < limit;
        });
        if (options.json) {
            printJson(found);
        } else if (!table.isEmpty()) {
            print(table.toString());
        }
        tell(found.size() + " of " + looked[0] + " records looked at"
                + (found.size() == limit ? "; there may be more, see --limit" : ""));
        return OperatorExit.OK;
    }

    private static boolean matches(String states, String state) {
        return !state.isEmpty() && states.contains(state);
    }

    private static String since(StoredRecord record) {
        long time = record.state().equals("C") ? record.number("cat") : record.number("ct" + record.text("att"));
        return time == 0 ? "-" : Times.at(time);
    }
}
