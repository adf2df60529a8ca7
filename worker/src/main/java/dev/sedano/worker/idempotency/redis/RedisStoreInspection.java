package dev.sedano.worker.idempotency.redis;

import dev.sedano.worker.idempotency.StoreException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiPredicate;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.params.ScanParams;
import redis.clients.jedis.util.JedisClusterCRC16;

/**
 * The store as operators see and change it, all partitions of the namespace together, through connections that are opened
 * by the first call. Blocks; every method throws {@link StoreException} when the store does not answer or refuses. Not safe
 * for use by several threads.
 */
public final class RedisStoreInspection implements AutoCloseable {
    private static final int PER_SCAN = 1000;
    private static final Pattern AUDIT_TIME = Pattern.compile("^\\{\"time\":(\\d{1,18}),");

    private final InspectionConnections connections;
    private final String namespace;
    private final Function<AdminScript, String> scripts;
    private @Nullable List<StoreKeys> parts;

    /**
     * Connects to nothing yet.
     *
     * @param servers where the store is
     * @param timeout longest wait for one answer
     */
    public RedisStoreInspection(RedisServers servers, String namespace, Duration timeout) {
        this(servers, namespace, timeout, AdminScript::text);
    }

    /** For tests of the scripts. */
    RedisStoreInspection(
            RedisServers servers, String namespace, Duration timeout, Function<AdminScript, String> scripts) {
        this.connections = new InspectionConnections(servers, timeout);
        this.namespace = namespace;
        this.scripts = scripts;
    }

    /** The record of that name; null if there is none. */
    public @Nullable StoredRecord record(String name) {
        StoreKeys part = part(name);
        byte[] key = Bytes.of(part.record(name));
        return ask(part, jedis -> {
            Map<byte[], byte[]> all = jedis.hgetAll(key);
            if (all.isEmpty()) {
                return null;
            }
            Map<String, byte[]> fields = new HashMap<>();
            all.forEach((field, value) -> fields.put(text(field), value));
            long ttl = jedis.pttl(key);
            return new StoredRecord(name, fields, ttl < 0 ? null : Duration.ofMillis(ttl));
        });
    }

    /** The blocked deliveries of a record: block id to {@code attempt:blocked at} or {@code F|T:attempt:delay ms:by}. */
    public Map<String, String> blocked(String name) {
        StoreKeys part = part(name);
        return hash(part, part.blocked(name));
    }

    /**
     * Goes through the names of all records, in no order; a name may come twice.
     *
     * @param visitor gets name and number of names so far; false ends it
     */
    public void eachRecord(BiPredicate<String, Long> visitor) {
        scan("r", visitor);
    }

    /** As {@link #eachRecord}, of the records that have blocked deliveries. */
    public void eachBlocked(BiPredicate<String, Long> visitor) {
        scan("b", visitor);
    }

    /** The health records of all partitions, in their order. */
    public List<StoreHealth> health() {
        return parts().stream()
                .map(part -> new StoreHealth(hash(part, part.health()), now(part)))
                .toList();
    }

    /** Workers by id: {@code generation:store time of the last hello}, of the partition that saw the worker last. */
    public Map<String, String> workers() {
        Map<String, String> workers = new TreeMap<>();
        for (StoreKeys part : parts()) {
            hash(part, part.workers()).forEach((id, hello) -> workers.merge(id, hello, RedisStoreInspection::later));
        }
        return workers;
    }

    private static String later(String one, String other) {
        return timeOfHello(one) >= timeOfHello(other) ? one : other;
    }

    private static long timeOfHello(String hello) {
        String time = hello.substring(hello.indexOf(':') + 1);
        return time.matches("\\d{1,18}") ? Long.parseLong(time) : 0;
    }

    /** What the server says of itself, in a cluster that of the first partition: INFO, by field. */
    public Map<String, String> server() {
        Map<String, String> fields = new HashMap<>();
        ask(parts().get(0), jedis -> jedis.info()).lines().forEach(line -> {
            int colon = line.indexOf(':');
            if (colon > 0) {
                fields.put(line.substring(0, colon), line.substring(colon + 1).strip());
            }
        });
        return fields;
    }

    /** The store's time in milliseconds, as that record holds it. */
    public long now(String record) {
        return now(part(record));
    }

    private long now(StoreKeys part) {
        return ask(part, jedis -> {
            List<String> time = jedis.time();
            String offset = jedis.hget(part.health(), "off");
            return Long.parseLong(time.get(0)) * 1000
                    + Long.parseLong(time.get(1)) / 1000
                    + (offset == null ? 0 : Long.parseLong(offset));
        });
    }

    /** Lines of the audit lists, JSON objects, newest first. */
    public List<String> audit(int limit) {
        List<String> lines = new ArrayList<>();
        for (StoreKeys part : parts()) {
            lines.addAll(ask(part, jedis -> jedis.lrange(part.audit(), 0, limit - 1L)));
        }
        if (parts().size() > 1) {
            lines.sort(Comparator.comparingLong(RedisStoreInspection::timeOfAct).reversed());
        }
        return lines.subList(0, Math.min(limit, lines.size()));
    }

    private static long timeOfAct(String line) {
        Matcher time = AUDIT_TIME.matcher(line);
        return time.find() ? Long.parseLong(time.group(1)) : 0;
    }

    /** The value of any text key; null if it is absent or of another type. */
    public byte @Nullable [] value(String key) {
        return connections.ask(
                JedisClusterCRC16.getSlot(key),
                jedis -> jedis.type(key).equals("string") ? jedis.get(Bytes.of(key)) : null);
    }

    /** Does what is asked, or says why not; in one step with its entry in the audit list. */
    public AdminReply ask(AdminRequest request) {
        if (request instanceof AdminRequest.Release release) {
            return AdminReply.of(call(part(release), AdminScript.RELEASE, release, null, releaseArguments(release)));
        } else if (request instanceof AdminRequest.Complete complete) {
            AdminRequest.Result result = complete.result();
            return AdminReply.of(call(
                    part(complete),
                    AdminScript.COMPLETE,
                    complete,
                    result == null ? null : result.key(),
                    completeArguments(complete, result)));
        }
        return AdminReply.of(call(part(request), AdminScript.NOTE, request, null, List.of()));
    }

    /**
     * Ends the windows after a loss of data, in all partitions.
     *
     * @param who without blanks
     * @return how long the longest unsafe and the longest loss window would have lasted; null if no worker has used the
     *     namespace
     */
    public @Nullable List<Duration> trust(String who, String detail) {
        AdminRequest.Note note = new AdminRequest.Note(new AdminRequest.Act(who, "trust", "", detail));
        long[] left = {-1, -1};
        for (StoreKeys part : parts()) {
            Reply reply = call(part, AdminScript.TRUST, note, null, List.of());
            if (!reply.word().equals("NO_EPOCH")) {
                left[0] = Math.max(left[0], reply.number(1));
                left[1] = Math.max(left[1], reply.number(2));
            }
        }
        return left[0] < 0 ? null : List.of(Duration.ofMillis(left[0]), Duration.ofMillis(left[1]));
    }

    private static List<byte[]> releaseArguments(AdminRequest.Release release) {
        AdminRequest.Copy copy = release.copy();
        List<byte[]> arguments = new ArrayList<>(List.of(
                Bytes.of(release.states()),
                flag(release.force()),
                flag(release.forget()),
                Bytes.of(release.keep().toMillis()),
                Bytes.of(copy == null ? 0 : copy.attempt()),
                Bytes.of(copy == null ? "" : copy.fingerprint()),
                Bytes.of(copy == null ? "" : copy.taskId())));
        release.steps().forEach((step, value) -> {
            arguments.add(Bytes.of(step));
            arguments.add(Bytes.of(value == null ? "" : "D:" + value));
        });
        return arguments;
    }

    private static List<byte[]> completeArguments(
            AdminRequest.Complete complete, AdminRequest.@Nullable Result result) {
        byte[] kept = complete.kept();
        List<byte[]> arguments = new ArrayList<>(List.of(
                Bytes.of(complete.states()),
                flag(complete.force()),
                Bytes.of(complete.ttl().toMillis()),
                Bytes.of(complete.outcome()),
                kept == null ? Bytes.NONE : kept,
                flag(complete.create())));
        if (result != null) {
            arguments.add(result.body());
            arguments.add(Bytes.of(result.ttl().toMillis()));
        }
        return arguments;
    }

    private Reply call(
            StoreKeys part, AdminScript script, AdminRequest request, @Nullable String resultKey, List<byte[]> rest) {
        AdminRequest.Act act = request.act();
        boolean trust = script == AdminScript.TRUST;
        List<byte[]> names = new ArrayList<>(List.of(
                Bytes.of(trust ? part.health() : part.record(act.record())),
                Bytes.of(part.health()),
                Bytes.of(trust ? part.health() : part.blocked(act.record())),
                Bytes.of(part.audit())));
        if (resultKey != null) {
            names.add(Bytes.of(resultKey));
        }
        List<byte[]> arguments = new ArrayList<>(
                List.of(Bytes.of(act.who()), Bytes.of(act.action()), Bytes.of(act.record()), Bytes.of(act.detail())));
        arguments.addAll(rest);
        String text = connections.scriptHeader(part.slot()) + scripts.apply(script);
        return ask(part, jedis -> Reply.of(jedis.eval(Bytes.of(text), names, arguments)));
    }

    private Map<String, String> hash(StoreKeys part, String key) {
        Map<String, String> all = ask(part, jedis -> jedis.hgetAll(key));
        return new TreeMap<>(all);
    }

    private void scan(String kind, BiPredicate<String, Long> visitor) {
        boolean one = parts().size() == 1;
        Pattern prefix = Pattern.compile(
                Pattern.quote("sed:{" + namespace) + (one ? "" : ":\\d{1,9}") + Pattern.quote("}:" + kind + ":"));
        // Dots and what else a namespace may hold are no wildcards.
        ScanParams pattern = new ScanParams()
                .match("sed:{" + namespace + (one ? "" : ":*") + "}:" + kind + ":*")
                .count(PER_SCAN);
        long[] seen = {0};
        for (RedisEndpoint server : connections.servers()) {
            byte[][] cursor = {ScanParams.SCAN_POINTER_START_BINARY};
            do {
                var page = connections.ask(server, jedis -> jedis.scan(cursor[0], pattern));
                cursor[0] = page.getCursorAsBytes();
                for (byte[] key : page.getResult()) {
                    Matcher name = prefix.matcher(text(key));
                    if (name.lookingAt() && !visitor.test(text(key).substring(name.end()), ++seen[0])) {
                        return;
                    }
                }
            } while (!text(cursor[0]).equals("0"));
        }
    }

    private StoreKeys part(AdminRequest request) {
        return part(request.act().record());
    }

    private StoreKeys part(String record) {
        return parts().get(Slots.partition(record, parts().size()));
    }

    /** How many there are is what the workers have agreed on in the store. */
    private List<StoreKeys> parts() {
        List<StoreKeys> known = parts;
        if (known == null) {
            StoreKeys whole = new StoreKeys(namespace);
            String count = ask(whole, jedis -> jedis.get(whole.partitions()));
            known = count == null ? List.of(whole) : partitions(whole, count);
            parts = known;
        }
        return known;
    }

    private List<StoreKeys> partitions(StoreKeys whole, String count) {
        if (!count.matches("[1-9]\\d{0,5}")) {
            throw StoreErrors.simple(
                    StoreException.Kind.FOREIGN_KEY,
                    "the key " + whole.partitions() + " does not hold a number of partitions: it is not Sedano's");
        }
        int many = Integer.parseInt(count);
        return IntStream.range(0, many)
                .mapToObj(i -> new StoreKeys(PartitionCount.tag(namespace, i, many)))
                .toList();
    }

    private <T extends @Nullable Object> T ask(StoreKeys part, Function<Jedis, T> question) {
        return connections.ask(part.slot(), question);
    }

    private static byte[] flag(boolean set) {
        return Bytes.of(set ? "1" : "0");
    }

    private static String text(byte[] bytes) {
        return new String(bytes, java.nio.charset.StandardCharsets.UTF_8);
    }

    /** May be called again. */
    @Override
    public void close() {
        connections.close();
    }
}
