package dev.sedano.worker.operator;

import dev.sedano.worker.ConfigurationException;
import dev.sedano.worker.idempotency.redis.RedisStoreInspection;
import dev.sedano.worker.idempotency.redis.StoreHealth;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code sedano blocked list}. */
@Command(
        name = "list",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Lists deliveries that were returned without running, because the store did not answer, and what became of them:",
            "false positive: the work itself had to wait; true positive: a second copy was kept from running;",
            "pending: the work is not completed yet."
        })
final class BlockedList extends OperatorCommand {
    @Option(names = "--pending", description = "Only those without verdict.")
    private boolean pending;

    @Option(names = "--limit", paramLabel = "N", description = "At most so many. Default: 1000.")
    private int limit = 1000;

    BlockedList(Map<String, String> environment) {
        super(environment);
    }

    @Override
    int run(RedisStoreInspection store) {
        if (limit < 1) {
            throw new ConfigurationException("--limit", Integer.toString(limit), "is too small: use 1 or more");
        }
        List<Shown> blocks = new ArrayList<>();
        Set<String> seen = new HashSet<>();
        store.eachBlocked((name, count) -> {
            if (seen.add(name)) {
                long now = store.now(name);
                Block.all(store.blocked(name)).forEach(block -> {
                    if ((!pending || block.isPending()) && blocks.size() < limit) {
                        blocks.add(new Shown(name, block, now));
                    }
                });
            }
            return blocks.size() < limit;
        });
        Map<String, @Nullable Object> totals = totals(store.health());
        if (options.json) {
            Map<String, @Nullable Object> all = new LinkedHashMap<>();
            all.put(
                    "blocked",
                    blocks.stream()
                            .map(each -> each.block().facts(each.record(), each.now()))
                            .toList());
            all.put("totals", totals);
            printJson(all);
            return OperatorExit.OK;
        }
        Table table = new Table("VERDICT", "BLOCKED AT", "DELAY", "TASK", "REASON", "ATTEMPT", "KEY");
        blocks.forEach(each -> table.row(
                each.block().verdict(),
                each.block().isPending() ? Times.at(each.block().at()) : "-",
                each.block().shownDelay(each.now()),
                shown(each.block().task()),
                shown(each.block().reason()),
                Names.attempt(each.block().attempt()),
                Names.record(each.record())));
        if (!table.isEmpty()) {
            print(table.toString());
        }
        print("since the data set began: " + totals.get("false_positives") + " false positives, together delayed by "
                + totals.get("delay") + "; " + totals.get("true_positives") + " true positives");
        if (blocks.size() == limit) {
            tell("there may be more, see --limit");
        }
        return OperatorExit.OK;
    }

    /** A block of a record, looked at when its partition's time was {@code now}. */
    private record Shown(String record, Block block, long now) {}

    static Map<String, @Nullable Object> totals(List<StoreHealth> parts) {
        Map<String, @Nullable Object> totals = new LinkedHashMap<>();
        totals.put("false_positives", sum(parts, "fp"));
        totals.put("true_positives", sum(parts, "tp"));
        totals.put("delay_ms", sum(parts, "fpms"));
        totals.put("delay", Times.length(sum(parts, "fpms")));
        return totals;
    }

    private static String shown(String text) {
        return text.isEmpty() ? "-" : text;
    }

    private static long sum(List<StoreHealth> parts, String field) {
        return parts.stream().mapToLong(part -> part.number(field)).sum();
    }
}
