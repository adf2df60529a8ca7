package dev.sedano.worker.idempotency.redis;

import dev.sedano.worker.idempotency.StoreException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiPredicate;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.RedisProtocol;
import redis.clients.jedis.exceptions.JedisDataException;
import redis.clients.jedis.exceptions.JedisException;
import redis.clients.jedis.params.ScanParams;

/**
 * The store as operators see and change it, through one connection that is opened by the first call. Blocks; every method
 * throws {@link StoreException} when the store does not answer or refuses. Not safe for use by several threads.
 */
public final class RedisStoreInspection implements AutoCloseable {
    private static final int PER_SCAN = 1000;

    private final RedisServers servers;
    private final StoreKeys keys;
    private final int timeoutMillis;
    private final Function<AdminScript, String> scripts;
    private @Nullable RedisEndpoint reached;
    private @Nullable Jedis connection;
    private boolean marksScripts;

    /**
     * Connects to nothing yet.
     *
     * @param servers one server, or sentinels that know the primary
     * @param timeout longest wait for one answer
     */
    public RedisStoreInspection(RedisServers servers, String namespace, Duration timeout) {
        this(servers, namespace, timeout, AdminScript::text);
    }

    /** For tests of the scripts. */
    RedisStoreInspection(
            RedisServers servers, String namespace, Duration timeout, Function<AdminScript, String> scripts) {
        this.servers = servers;
        this.keys = new StoreKeys(namespace);
        this.timeoutMillis = (int) timeout.toMillis();
        this.scripts = scripts;
    }

    /** The record of that name; null if there is none. */
    public @Nullable StoredRecord record(String name) {
        byte[] key = Bytes.of(keys.record(name));
        return ask(jedis -> {
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
        return hash(keys.blocked(name));
    }

    /**
     * Goes through the names of all records, in no order; a name may come twice.
     *
     * @param visitor gets name and number of names so far; false ends it
     */
    public void eachRecord(BiPredicate<String, Long> visitor) {
        scan(keys.records(), visitor);
    }

    /** As {@link #eachRecord}, of the records that have blocked deliveries. */
    public void eachBlocked(BiPredicate<String, Long> visitor) {
        scan(keys.blocks(), visitor);
    }

    /** The health record; empty if no worker has used the namespace. */
    public Map<String, String> health() {
        return hash(keys.health());
    }

    /** Workers by id: {@code generation:store time of the last hello}. */
    public Map<String, String> workers() {
        return hash(keys.workers());
    }

    /** What the server says of itself: INFO, by field. */
    public Map<String, String> server() {
        Map<String, String> fields = new HashMap<>();
        ask(jedis -> jedis.info()).lines().forEach(line -> {
            int colon = line.indexOf(':');
            if (colon > 0) {
                fields.put(line.substring(0, colon), line.substring(colon + 1).strip());
            }
        });
        return fields;
    }

    /** The store's time in milliseconds, as records hold it. */
    public long now() {
        return ask(jedis -> {
            List<String> time = jedis.time();
            String offset = jedis.hget(keys.health(), "off");
            return Long.parseLong(time.get(0)) * 1000
                    + Long.parseLong(time.get(1)) / 1000
                    + (offset == null ? 0 : Long.parseLong(offset));
        });
    }

    /** Lines of the audit list, JSON objects, newest first. */
    public List<String> audit(int limit) {
        return ask(jedis -> jedis.lrange(keys.audit(), 0, limit - 1L));
    }

    /** The value of any text key; null if it is absent or of another type. */
    public byte @Nullable [] value(String key) {
        return ask(jedis -> jedis.type(key).equals("string") ? jedis.get(Bytes.of(key)) : null);
    }

    /** Does what is asked, or says why not; in one step with its entry in the audit list. */
    public AdminReply ask(AdminRequest request) {
        if (request instanceof AdminRequest.Release release) {
            return AdminReply.of(call(AdminScript.RELEASE, release, null, releaseArguments(release)));
        } else if (request instanceof AdminRequest.Complete complete) {
            AdminRequest.Result result = complete.result();
            return AdminReply.of(call(
                    AdminScript.COMPLETE,
                    complete,
                    result == null ? null : result.key(),
                    completeArguments(complete, result)));
        }
        return AdminReply.of(call(AdminScript.NOTE, request, null, List.of()));
    }

    /**
     * Ends the windows after a loss of data.
     *
     * @param who without blanks
     * @return how long the unsafe and the loss window would have lasted; null if no worker has used the namespace
     */
    public @Nullable List<Duration> trust(String who, String detail) {
        AdminRequest.Note note = new AdminRequest.Note(new AdminRequest.Act(who, "trust", "", detail));
        Reply reply = call(AdminScript.TRUST, note, null, List.of());
        return reply.word().equals("NO_EPOCH")
                ? null
                : List.of(Duration.ofMillis(reply.number(1)), Duration.ofMillis(reply.number(2)));
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

    private Reply call(AdminScript script, AdminRequest request, @Nullable String resultKey, List<byte[]> rest) {
        AdminRequest.Act act = request.act();
        boolean trust = script == AdminScript.TRUST;
        List<byte[]> names = new ArrayList<>(List.of(
                Bytes.of(trust ? keys.health() : keys.record(act.record())),
                Bytes.of(keys.health()),
                Bytes.of(trust ? keys.health() : keys.blocked(act.record())),
                Bytes.of(keys.audit())));
        if (resultKey != null) {
            names.add(Bytes.of(resultKey));
        }
        List<byte[]> arguments = new ArrayList<>(
                List.of(Bytes.of(act.who()), Bytes.of(act.action()), Bytes.of(act.record()), Bytes.of(act.detail())));
        arguments.addAll(rest);
        return ask(jedis -> Reply.of(
                jedis.eval(Bytes.of((marksScripts ? "#!lua\n" : "") + scripts.apply(script)), names, arguments)));
    }

    private Map<String, String> hash(String key) {
        Map<String, String> all = ask(jedis -> jedis.hgetAll(key));
        return new TreeMap<>(all);
    }

    private void scan(String prefix, BiPredicate<String, Long> visitor) {
        // Braces, dots and what else a namespace may hold are no wildcards.
        ScanParams pattern = new ScanParams().match(prefix + "*").count(PER_SCAN);
        byte[][] cursor = {ScanParams.SCAN_POINTER_START_BINARY};
        long[] seen = {0};
        do {
            var page = ask(jedis -> jedis.scan(cursor[0], pattern));
            cursor[0] = page.getCursorAsBytes();
            for (byte[] key : page.getResult()) {
                if (!visitor.test(text(key).substring(prefix.length()), ++seen[0])) {
                    return;
                }
            }
        } while (!text(cursor[0]).equals("0"));
    }

    private <T extends @Nullable Object> T ask(Function<Jedis, T> question) {
        try {
            Jedis open = connection;
            if (open == null) {
                open = connect();
                connection = open;
            }
            return question.apply(open);
        } catch (JedisDataException e) {
            throw StoreErrors.refused(e);
        } catch (JedisException e) {
            close();
            RedisEndpoint asked = reached;
            throw asked == null
                    ? new StoreException(
                            StoreException.Kind.CONNECT, StoreException.Effect.NONE, "no server was reached", e)
                    : StoreErrors.unreachable(asked, false, e);
        }
    }

    private Jedis connect() {
        if (servers instanceof RedisServers.Cluster) {
            throw onePartitionOnly("is spread over a cluster");
        }
        RedisEndpoint endpoint = RedisStores.finder(servers).find(StoreClock.nanos() + timeoutMillis * 1_000_000L);
        reached = endpoint;
        Jedis fresh = new Jedis(
                new StoreSocket(endpoint, timeoutMillis),
                DefaultJedisClientConfig.builder()
                        .protocol(RedisProtocol.RESP2)
                        .connectionTimeoutMillis(timeoutMillis)
                        .socketTimeoutMillis(timeoutMillis)
                        .user(endpoint.user())
                        .password(endpoint.password())
                        .database(endpoint.database())
                        .build());
        marksScripts = ServerInfo.parse(fresh.info()).marksScripts();
        String partitions = fresh.get(keys.partitions());
        if (partitions != null && !partitions.equals("1")) {
            fresh.close();
            throw onePartitionOnly("has " + partitions + " partitions");
        }
        return fresh;
    }

    private StoreException onePartitionOnly(String what) {
        return new StoreException(
                StoreException.Kind.NOT_PERMITTED,
                StoreException.Effect.NONE,
                "the namespace " + what + ", which these commands do not look into: use redis-cli with the key names of"
                        + " docs/protocol.md",
                null);
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
        if (connection != null) {
            connection.close();
            connection = null;
        }
    }
}
