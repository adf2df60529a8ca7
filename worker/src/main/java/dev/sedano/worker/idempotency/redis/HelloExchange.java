package dev.sedano.worker.idempotency.redis;

import dev.sedano.worker.idempotency.Durability;
import dev.sedano.worker.idempotency.StoreStatus;
import dev.sedano.worker.idempotency.StoreStatus.Verdict;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.exceptions.JedisDataException;
import redis.clients.jedis.exceptions.JedisNoScriptException;

/** Introduces this worker to a server and learns what the data set is (protocol §6). Safe for use by many threads. */
final class HelloExchange {
    private static final long SHORTEST_GAP = 2_000;
    private static final long LONGEST_GAP = 15_000;
    private static final long SHORTEST_GRACE = 10_000;
    private static final long LONGEST_GRACE = 30_000;
    private static final SecureRandom RANDOM = new SecureRandom();

    private final RedisStoreSettings settings;
    private final KnownData data;
    private final StoreClock clock;
    private final @Nullable EpochFile epochFile;
    private final PartitionCount count;
    private final byte[] health;
    private final byte[] workers;
    /** Tells this worker from others in the roll call; new with each start. */
    private final byte[] worker;

    /** @param tag the hash tag of the data set's keys */
    HelloExchange(
            RedisStoreSettings settings, String tag, KnownData data, StoreClock clock, @Nullable EpochFile epochFile) {
        this.settings = settings;
        this.data = data;
        this.clock = clock;
        this.epochFile = epochFile;
        this.count = new PartitionCount(settings.namespace(), settings.partitions());
        this.health = Bytes.of("sed:{" + tag + "}:h");
        this.workers = Bytes.of("sed:{" + tag + "}:w");
        this.worker = Bytes.of(UUID.randomUUID().toString());
    }

    /** Throws Jedis' exceptions, and StoreException for a server that cannot be relied on. */
    StoreStatus with(Session session) {
        ServerInfo server = session.freshInfo();
        server.requireNoEviction();
        if (settings.partitions() == 1) {
            count.agree(session);
        }
        long started = StoreClock.nanos();
        KnownData.Hello known = data.hello(server.identity());
        byte[] fresh = new byte[16];
        RANDOM.nextBytes(fresh);
        List<byte[]> arguments = List.of(
                Bytes.of(known.epoch()),
                Bytes.of(known.generation()),
                Bytes.of(known.counter()),
                Bytes.of(server.identity()),
                Bytes.of(HexFormat.of().formatHex(fresh)),
                Bytes.of(settings.unsafeWindow().toMillis()),
                Bytes.of(settings.lossHorizon().toMillis()),
                worker,
                gap(),
                grace());
        Reply reply = call(session, arguments);
        settings.listener().answered(RedisScript.HELLO.file(), Duration.ofNanos(StoreClock.nanos() - started));
        String epoch = reply.text(1);
        StoreStatus status = new StoreStatus(
                verdict(reply),
                epoch,
                reply.number(2),
                Duration.ofMillis(reply.number(4)),
                Duration.ofMillis(reply.number(5)),
                reply.number(6),
                reply.number(7));
        if (status.verdict() != Verdict.OK) {
            // Said once by the store, so it is passed on even if the hello itself is not confirmed.
            settings.listener().noticed(status);
        }
        confirm(session);
        boolean another = data.met(server.identity(), epoch, reply.number(2), reply.number(3));
        clock.storeSaid(reply.number(6));
        if (another && epochFile != null) {
            epochFile.remember(epoch);
        }
        return status;
    }

    /**
     * The silence after which a lease may have run out although its owner lives: a lease is renewed every third, so it may
     * have two thirds left when the store goes. Never so short that the fleet's tick of a second looks like one.
     */
    private byte[] gap() {
        Duration lease = settings.lease();
        return lease == null
                ? Bytes.NONE
                : Bytes.of(Math.max(SHORTEST_GAP, Math.min(LONGEST_GAP, lease.toMillis() / 2)));
    }

    /** How long owners are given to renew after it, which they try every second. */
    private byte[] grace() {
        Duration lease = settings.lease();
        return lease == null
                ? Bytes.NONE
                : Bytes.of(Math.max(SHORTEST_GRACE, Math.min(LONGEST_GRACE, 2 * lease.toMillis())));
    }

    /** While replicas are away claims fail; then hello must too, or the breaker would try claims again and again. */
    private void confirm(Session session) {
        if (settings.durability().kind() == Durability.Kind.NONE) {
            return;
        }
        session.sendWait(settings.durability());
        try {
            session.readConfirmations(settings.durability());
        } catch (JedisDataException e) {
            throw StoreErrors.notConfirmable(e);
        }
    }

    private Reply call(Session session, List<byte[]> arguments) {
        List<byte[]> keys = List.of(health, health, workers);
        session.send(RedisScript.HELLO, false, keys, arguments);
        try {
            return Reply.of(session.read());
        } catch (JedisNoScriptException e) {
            session.send(RedisScript.HELLO, true, keys, arguments);
            return Reply.of(session.read());
        }
    }

    private static Verdict verdict(Reply reply) {
        for (Verdict verdict : Verdict.values()) {
            if (verdict.name().equals(reply.word())) {
                return verdict;
            }
        }
        throw reply.unexpected();
    }
}
