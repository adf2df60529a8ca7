package dev.sedano.worker.operator;

import dev.sedano.worker.idempotency.redis.RedisStoreInspection;
import dev.sedano.worker.idempotency.redis.StoreHealth;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;

/** {@code sedano store status}. */
@Command(
        name = "status",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Shows what the workers know of the store: its data set, losses, windows, and who was here last.")
final class StoreStatusCommand extends OperatorCommand {
    StoreStatusCommand(Map<String, String> environment) {
        super(environment);
    }

    @Override
    int run(RedisStoreInspection store) {
        List<StoreHealth> all = store.health();
        List<StoreHealth> parts = all.stream().filter(StoreHealth::isUsed).toList();
        if (parts.isEmpty()) {
            tell("no worker has used namespace " + options.namespace(environment)
                    + " in this store: check --namespace and the URL");
            return OperatorExit.NOT_FOUND;
        }
        Map<String, @Nullable Object> facts = new LinkedHashMap<>();
        facts.put("time", Times.at(parts.get(0).now()));
        facts.put("verdict", verdict(parts));
        if (all.size() == 1) {
            facts.put("epoch", parts.get(0).fields().get("e"));
            facts.put("generation", parts.get(0).fields().get("g"));
        }
        facts.put("writes", Long.toString(sum(parts, "n")));
        facts.put(
                "last_write",
                parts.stream()
                        .map(StoreStatusCommand::sinceWrite)
                        .min(Long::compare)
                        .map(millis -> Times.length(millis) + " ago")
                        .orElse(null));
        facts.put("unsafe_for", left(parts, "unsafe"));
        facts.put("loss_for", left(parts, "loss"));
        facts.put("grace_for", left(parts, "grace"));
        facts.put("released_keys", Long.toString(sum(parts, "rv")));
        facts.put("blocked", BlockedList.totals(parts));
        if (all.size() > 1) {
            facts.put("partition", partitions(all));
        }
        Map<String, String> server = store.server();
        facts.put(
                "server",
                server.getOrDefault("redis_version", "?") + ", up for "
                        + Times.length(number(server, "uptime_in_seconds") * 1000));
        facts.put(
                "memory",
                server.get("used_memory_human") + " used, limit " + limit(server) + ", "
                        + server.get("maxmemory_policy"));
        facts.put("append_only", "1".equals(server.get("aof_enabled")) ? "yes" : "no");
        facts.put("replicas", server.get("connected_slaves"));
        Map<String, @Nullable Object> workers = new LinkedHashMap<>();
        store.workers()
                .forEach((id, text) ->
                        workers.put(id, lastHello(text, parts.get(0).now())));
        facts.put("workers", workers);
        if (options.json) {
            printJson(facts);
        } else {
            facts.forEach((name, value) -> {
                if (value instanceof Map<?, ?> more) {
                    more.forEach((key, each) -> print(line(name + " " + key, each)));
                } else {
                    print(line(name, value));
                }
            });
        }
        return OperatorExit.OK;
    }

    private static String line(String name, @Nullable Object value) {
        return String.format("%-46s %s", name.replace('_', ' '), value == null ? "-" : value);
    }

    private static Map<String, @Nullable Object> partitions(List<StoreHealth> parts) {
        Map<String, @Nullable Object> lines = new LinkedHashMap<>();
        for (int i = 0; i < parts.size(); i++) {
            StoreHealth part = parts.get(i);
            lines.put(
                    Integer.toString(i),
                    part.isUsed()
                            ? "epoch " + part.fields().get("e") + ", generation " + part.number("g") + ", "
                                    + part.number("n") + " writes, " + state(part)
                            : "not used yet");
        }
        return lines;
    }

    private static String state(StoreHealth part) {
        return part.left("loss") > 0 ? "data was lost" : part.left("unsafe") > 0 ? "the server changed" : "trusted";
    }

    private static String verdict(List<StoreHealth> parts) {
        if (parts.stream().anyMatch(part -> part.left("loss") > 0)) {
            return "data was lost: redelivered copies without a record run announced, or are parked; see"
                    + " `sedano store trust`";
        }
        if (parts.stream().anyMatch(part -> part.left("unsafe") > 0)) {
            return "the server changed: redelivered copies without a record are held until every worker was here";
        }
        return "trusted";
    }

    private static @Nullable String left(List<StoreHealth> parts, String field) {
        long left = parts.stream().mapToLong(part -> part.left(field)).max().orElse(0);
        return left > 0 ? Times.length(left) : null;
    }

    private static long sinceWrite(StoreHealth part) {
        return Math.max(0, part.now() - part.number("last"));
    }

    private static long sum(List<StoreHealth> parts, String field) {
        return parts.stream().mapToLong(part -> part.number(field)).sum();
    }

    private static String lastHello(String text, long now) {
        String[] parts = text.split(":", 2);
        return parts.length == 2 && parts[1].matches("\\d{1,17}")
                ? "generation " + parts[0] + ", last here " + Times.length(Math.max(0, now - Long.parseLong(parts[1])))
                        + " ago"
                : text;
    }

    private static String limit(Map<String, String> server) {
        return number(server, "maxmemory") == 0 ? "none" : server.getOrDefault("maxmemory_human", "?");
    }

    private static long number(Map<String, String> fields, String name) {
        String text = fields.getOrDefault(name, "0");
        return text.matches("-?\\d{1,18}") ? Long.parseLong(text) : 0;
    }
}
