package dev.sedano.worker.idempotency.redis;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.ClientSetInfoConfig;
import redis.clients.jedis.CommandArguments;
import redis.clients.jedis.Connection;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.Protocol;
import redis.clients.jedis.RedisProtocol;

/** One connection to the server and what the server said about itself. Used by its pipeline's thread alone. */
final class Session implements AutoCloseable {
    private static final byte[] ONE = {'1'};
    private static final byte[] TWO = {'2'};
    private static final byte[] THREE = {'3'};
    private static final byte[] FOUR = {'4'};

    private final Connection connection;
    private ServerInfo info;

    private Session(Connection connection, ServerInfo info) {
        this.connection = connection;
        this.info = info;
    }

    /** Connects, authenticates, and asks the server who it is. Throws Jedis' exceptions. */
    static Session open(RedisEndpoint endpoint, StoreSocket socket, int timeoutMillis) {
        DefaultJedisClientConfig config = DefaultJedisClientConfig.builder()
                .protocol(RedisProtocol.RESP2)
                .connectionTimeoutMillis(timeoutMillis)
                .socketTimeoutMillis(timeoutMillis)
                .user(endpoint.user())
                .password(endpoint.password())
                .database(endpoint.database())
                .clientSetInfoConfig(ClientSetInfoConfig.DISABLED)
                .build();
        Connection connection = new Connection(socket, config);
        return new Session(connection, ask(connection));
    }

    ServerInfo info() {
        return info;
    }

    /** Asks the server again who it is: a replica may have been promoted on a living connection. */
    void refresh() {
        info = ask(connection);
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
        RedisScript.Form form = script.form(info.marksScripts());
        CommandArguments command = new CommandArguments(whole ? Protocol.Command.EVAL : Protocol.Command.EVALSHA);
        command.add(whole ? form.text() : form.sha());
        command.add(
                switch (keys.size()) {
                    case 1 -> ONE;
                    case 2 -> TWO;
                    case 3 -> THREE;
                    default -> FOUR;
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
