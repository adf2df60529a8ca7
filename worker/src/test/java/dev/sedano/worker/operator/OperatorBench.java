package dev.sedano.worker.operator;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import dev.sedano.services.PrivateRabbit;
import dev.sedano.services.PrivateRedis;
import dev.sedano.worker.cli.SedanoCommand;
import dev.sedano.worker.protocol.CeleryJson;
import dev.sedano.worker.protocol.Decoded;
import dev.sedano.worker.protocol.Fingerprint;
import dev.sedano.worker.protocol.MessageDecoder;
import dev.sedano.worker.protocol.MessageProperties;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import redis.clients.jedis.Jedis;

/** A store and a broker of the test's own, and the command line run in this process against them. */
final class OperatorBench implements AutoCloseable {
    static final String TASK = "test.charge";

    final PrivateRedis redis = PrivateRedis.start();
    final PrivateRabbit rabbit = PrivateRabbit.start();
    final Jedis jedis = new Jedis(URI.create(redis.url(0)));
    final Connection connection;
    final Channel channel;
    final Map<String, String> environment = new HashMap<>();
    String namespace = "default";
    String out = "";
    String err = "";

    OperatorBench() throws Exception {
        ConnectionFactory factory = new ConnectionFactory();
        factory.setUri(rabbit.url());
        connection = factory.newConnection("operator-test");
        channel = connection.createChannel();
        environment.put("SEDANO_RESULT_BACKEND", redis.url(0));
        environment.put("SEDANO_BROKER_URL", rabbit.url());
    }

    /** Runs a command in the test's namespace; its output is in {@link #out} and {@link #err}. */
    int sedano(String... words) {
        List<String> all = new ArrayList<>(List.of(words));
        all.addAll(List.of("--namespace", namespace, "--as", "ann@desk"));
        return plain(all.toArray(String[]::new));
    }

    /** Runs a command as it is. */
    int plain(String... words) {
        StringWriter said = new StringWriter();
        StringWriter told = new StringWriter();
        CommandLine command = SedanoCommand.commandLine(environment, (config, registry) -> 99);
        int code = command.setOut(new PrintWriter(said, true))
                .setErr(new PrintWriter(told, true))
                .execute(words);
        out = said.toString();
        err = told.toString();
        return code;
    }

    String record(String name) {
        return "sed:{" + namespace + "}:r:" + name;
    }

    /** A data set as workers leave it, last written to just now. */
    void usedStore() {
        List<String> time = jedis.time();
        String now = Long.toString(Long.parseLong(time.get(0)) * 1000);
        jedis.hset("sed:{" + namespace + "}:h", Map.of("e", "epoch", "g", "1", "n", "1", "last", now, "rid", "x"));
    }

    /** A parked record of the task's message. */
    void parkedRecord(String id, String secret) {
        usedStore();
        jedis.hset(
                record(id),
                Map.of(
                        "st",
                        "P",
                        "tok",
                        "7",
                        "att",
                        "0",
                        "fp",
                        fingerprint(id, secret),
                        "exp",
                        "1",
                        "ran",
                        "0",
                        "own",
                        "w1@a",
                        "ct0",
                        "1700000000000",
                        "nonce",
                        "x"));
    }

    void publish(String queue, String id, String secret, Map<String, Object> more) throws IOException {
        channel.queueDeclare(queue, true, false, false, null);
        channel.basicPublish(
                "",
                queue,
                new AMQP.BasicProperties.Builder()
                        .contentType("application/json")
                        .contentEncoding("utf-8")
                        .correlationId(id)
                        .headers(headers(id, more))
                        .build(),
                body(secret));
    }

    /** A copy as a worker sets it aside. */
    void setAside(String queue, String kind, String id, String secret, String reason) throws IOException {
        publish(
                queue + "." + kind,
                id,
                secret,
                Map.of(
                        "x-sedano-reason", reason,
                        "x-sedano-error", "why",
                        "x-sedano-queue", queue,
                        "x-sedano-time", "2026-01-02T03:04:05Z",
                        "x-sedano-worker", "w1@a"));
    }

    /** A copy of a follow-up of a task of {@code queue} that had nowhere to go. */
    void unroutable(String queue, String id, String exchange, String routingKey) throws IOException {
        publish(
                queue + ".dead",
                id,
                "secret",
                Map.of(
                        "x-sedano-reason", "follow_up_unroutable",
                        "x-sedano-error", "why",
                        "x-sedano-queue", queue,
                        "x-sedano-exchange", exchange,
                        "x-sedano-routing-key", routingKey));
    }

    long waiting(String queue) throws IOException {
        return channel.messageCount(queue);
    }

    private static Map<String, Object> headers(String id, Map<String, Object> more) {
        Map<String, Object> headers = new HashMap<>(Map.of("task", TASK, "id", id, "retries", 0));
        headers.putAll(more);
        return headers;
    }

    private static byte[] body(String secret) {
        return ("[[\"" + secret + "\"], {}, {}]").getBytes(UTF_8);
    }

    static String fingerprint(String id, String secret) {
        Map<String, @Nullable Object> headers = new HashMap<>(headers(id, Map.of()));
        Decoded decoded = new MessageDecoder(new CeleryJson())
                .decode(
                        new MessageProperties("application/json", "utf-8", id, null, null, null, headers),
                        body(secret));
        return Fingerprint.of(((Decoded.Task) decoded).message());
    }

    @Override
    public void close() throws IOException {
        connection.close();
        jedis.close();
        rabbit.close();
        redis.close();
    }
}
