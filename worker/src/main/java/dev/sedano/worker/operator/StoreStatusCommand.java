package dev.sedano.worker.operator;

import dev.sedano.worker.idempotency.redis.RedisStoreInspection;
import java.util.LinkedHashMap;
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
        Map<String, String> health = store.health();
        if (!health.containsKey("e")) {
            tell("no worker has used namespace " + options.namespace()
                    + " in this store: check --namespace and the URL");
            return OperatorExit.NOT_FOUND;
        }
        long now = store.now();
        Map<String, @Nullable Object> facts = new LinkedHashMap<>();
        facts.put("time", Times.at(now));
        facts.put("verdict", verdict(health, now));
        facts.put("epoch", health.get("e"));
        facts.put("generation", health.get("g"));
        facts.put("writes", health.get("n"));
        facts.put("last_write", ago(health, "last", now));
        facts.put("unsafe_for", left(health, "unsafe", now));
        facts.put("loss_for", left(health, "loss", now));
        facts.put("grace_for", left(health, "grace", now));
        facts.put("released_keys", health.getOrDefault("rv", "0"));
        facts.put("blocked", BlockedList.totals(health));
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
        store.workers().forEach((id, text) -> workers.put(id, lastHello(text, now)));
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

    private static String verdict(Map<String, String> health, long now) {
        if (number(health, "loss") > now) {
            return "data was lost: redelivered copies without a record run announced, or are parked; see"
                    + " `sedano store trust`";
        }
        if (number(health, "unsafe") > now) {
            return "the server changed: redelivered copies without a record are held until every worker was here";
        }
        return "trusted";
    }

    private static @Nullable String left(Map<String, String> health, String field, long now) {
        long left = number(health, field) - now;
        return left > 0 ? Times.length(left) : null;
    }

    private static @Nullable String ago(Map<String, String> health, String field, long now) {
        return number(health, field) == 0 ? null : Times.length(Math.max(0, now - number(health, field))) + " ago";
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
