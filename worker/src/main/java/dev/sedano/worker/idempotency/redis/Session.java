package dev.sedano.worker.idempotency.redis;

import dev.sedano.worker.idempotency.Durability;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.ClientSetInfoConfig;
import redis.clients.jedis.CommandArguments;
import redis.clients.jedis.Connection;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.Protocol;
import redis.clients.jedis.RedisProtocol;
import redis.clients.jedis.exceptions.JedisDataException;

/** One connection to the server and what the server said about itself. Used by its pipeline's thread alone. */
final class Session implements AutoCloseable {
    private static final byte[] ONE = {'1'};
    private static final byte[] TWO = {'2'};
    private static final byte[] THREE = {'3'};
    private static final byte[] FOUR = {'4'};

    private final Connection connection;
    private final ScriptLibrary scripts;
    /** Data sets to which this connection was introduced. */
    private final Set<DataSet> met = new HashSet<>();

    private ServerInfo info;
    private boolean used;
    private boolean fresh = true;

    private Session(Connection connection, ScriptLibrary scripts, ServerInfo info) {
        this.connection = connection;
        this.scripts = scripts;
        this.info = info;
    }

    /** Connects, authenticates, and asks the server who it is. Throws Jedis' exceptions. */
    static Session open(RedisEndpoint endpoint, ScriptLibrary scripts, StoreSocket socket, int timeoutMillis) {
        Connection connection = connect(endpoint, socket, timeoutMillis);
        ServerInfo info = ask(connection);
        info.requireMaster(endpoint);
        return new Session(connection, scripts, info);
    }

    /** Connects and authenticates. Throws Jedis' exceptions. */
    static Connection connect(RedisEndpoint endpoint, StoreSocket socket, int timeoutMillis) {
        DefaultJedisClientConfig config = DefaultJedisClientConfig.builder()
                .protocol(RedisProtocol.RESP2)
                .connectionTimeoutMillis(timeoutMillis)
                .socketTimeoutMillis(timeoutMillis)
                .user(endpoint.user())
                .password(endpoint.password())
                .database(endpoint.database())
                .clientSetInfoConfig(ClientSetInfoConfig.DISABLED)
                .build();
        return new Connection(socket, config);
    }

    ServerInfo info() {
        return info;
    }

    /** What was learned in earlier rounds is old now; the first round is that of the opening. */
    void beginRound() {
        fresh = !used;
        used = true;
    }

    /** Who the server is, asked again once a round: a replica may have been promoted on a living connection. */
    ServerInfo freshInfo() {
        if (!fresh) {
            info = ask(connection);
            fresh = true;
        }
        return info;
    }

    /** Introduces this worker to a data set, at its first use on this connection. */
    void meet(DataSet dataSet) {
        if (!met.contains(dataSet)) {
            dataSet.meet(this);
            met.add(dataSet);
        }
    }

    /** The text under a key, or empty text. */
    String get(byte[] key) {
        connection.sendCommand(Protocol.Command.GET, key);
        return connection.getOne() instanceof byte[] text ? new String(text, StandardCharsets.UTF_8) : "";
    }

    /** The values under these keys; null where there is none, or one of another type. */
    List<byte @Nullable []> read(List<byte[]> keys) {
        connection.sendCommand(Protocol.Command.MGET, keys.toArray(new byte[0][]));
        List<byte @Nullable []> values = new ArrayList<>();
        for (Object value : (List<?>) connection.getOne()) {
            values.add(value instanceof byte[] bytes ? bytes : null);
        }
        return values;
    }

    /** INFO persistence, for {@link ServerInfo#field}. */
    String persistence() {
        connection.sendCommand(Protocol.Command.INFO, "persistence");
        return '\n' + new String((byte[]) connection.getOne(), StandardCharsets.UTF_8);
    }

    /** The server's setting; "unknown" if this user may not ask, as on most hosted servers. */
    String setting(String name) {
        try {
            connection.sendCommand(Protocol.Command.CONFIG, "GET", name);
            return connection.getOne() instanceof List<?> pair
                            && pair.size() == 2
                            && pair.get(1) instanceof byte[] value
                    ? new String(value, StandardCharsets.UTF_8)
                    : "unknown";
        } catch (JedisDataException e) {
            return "unknown";
        }
    }

    boolean exists(byte[] key) {
        connection.sendCommand(Protocol.Command.EXISTS, key);
        return connection.getOne() instanceof Long found && found > 0;
    }

    void setIfAbsent(byte[] key, String text) {
        connection.sendCommand(Protocol.Command.SETNX, key, Bytes.of(text));
        var unused = connection.getOne();
    }

    /** Asks for confirmations of what was written on this connection; {@link #readConfirmations} takes the answer. */
    void sendWait(Durability durability) {
        String replicas = Integer.toString(durability.replicas());
        String millis = Long.toString(durability.within().toMillis());
        if (durability.kind() == Durability.Kind.WAIT) {
            connection.sendCommand(Protocol.Command.WAIT, replicas, millis);
        } else {
            connection.sendCommand(Protocol.Command.WAITAOF, durability.local() ? "1" : "0", replicas, millis);
        }
    }

    /** Throws StoreException when fewer confirmed than asked, besides Jedis' exceptions. */
    void readConfirmations(Durability durability) {
        Object answer = connection.getOne();
        boolean local = !durability.local();
        long replicas = 0;
        if (answer instanceof Long count) {
            replicas = count;
        } else if (answer instanceof List<?> both
                && both.get(0) instanceof Long own
                && both.get(1) instanceof Long count) {
            local |= own > 0;
            replicas = count;
        }
        if (!local || replicas < durability.replicas()) {
            throw StoreErrors.unconfirmed(durability, replicas, local);
        }
    }

    private static ServerInfo ask(Connection connection) {
        // One section each, because servers before 7.0 take no more; written together, read together.
        connection.sendCommand(Protocol.Command.INFO, "server");
        connection.sendCommand(Protocol.Command.INFO, "replication");
        connection.sendCommand(Protocol.Command.INFO, "memory");
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < 3; i++) {
            text.append(new String((byte[]) connection.getOne(), StandardCharsets.UTF_8));
        }
        return ServerInfo.parse(text.toString());
    }

    void timeout(int millis) {
        connection.setSoTimeout(millis);
    }

    /** Writes EVALSHA, or EVAL, into the connection's buffer. */
    void send(RedisScript script, boolean whole, List<byte[]> keys, List<byte[]> args) {
        ScriptLibrary.Form form = scripts.form(script, info.marksScripts());
        CommandArguments command = new CommandArguments(whole ? Protocol.Command.EVAL : Protocol.Command.EVALSHA);
        command.add(whole ? form.text() : form.sha());
        command.add(
                switch (keys.size()) {
                    case 1 -> ONE;
                    case 2 -> TWO;
                    case 3 -> THREE;
                    case 4 -> FOUR;
                    default -> Bytes.of(keys.size());
                });
        for (int i = 0; i < keys.size(); i++) {
            command.add(keys.get(i));
        }
        for (int i = 0; i < args.size(); i++) {
            command.add(args.get(i));
        }
        connection.sendCommand(command);
    }

    /** Flushes what is buffered and reads one reply. Throws JedisDataException for an error reply. */
    @Nullable
    Object read() {
        return connection.getOne();
    }

    @Override
    public void close() {
        try {
            connection.disconnect();
        } catch (RuntimeException e) {
            connection.setBroken();
        }
    }
}
