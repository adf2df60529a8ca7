package dev.sedano.conformance.chaos;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeoutException;

/** Sends Celery protocol-2 messages with confirms, and remembers how many copies of each id were sent. */
final class ChaosPublisher implements AutoCloseable {
    private static final long CONFIRM_MILLIS = 60_000;

    private final Connection connection;
    private final Channel channel;
    private final Map<String, Integer> copies = new LinkedHashMap<>();

    ChaosPublisher(String url) {
        try {
            ConnectionFactory factory = new ConnectionFactory();
            factory.setUri(url);
            factory.setAutomaticRecoveryEnabled(false);
            connection = factory.newConnection("chaos publisher");
            channel = connection.createChannel();
            channel.confirmSelect();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (TimeoutException | java.security.GeneralSecurityException | java.net.URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Declares a durable queue. */
    void declare(String queue, Map<String, Object> arguments) {
        try {
            var unused = channel.queueDeclare(queue, true, false, false, arguments);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Sends a copy of task {@code id}; it counts as sent after {@link #confirm}. */
    void send(String queue, String task, String id, Object argument) {
        Map<String, Object> headers = new HashMap<>();
        headers.put("lang", "py");
        headers.put("task", task);
        headers.put("id", id);
        headers.put("root_id", id);
        headers.put("parent_id", null);
        headers.put("group", null);
        headers.put("retries", 0);
        AMQP.BasicProperties properties = new AMQP.BasicProperties.Builder()
                .contentType("application/json")
                .contentEncoding("utf-8")
                .correlationId(id)
                .deliveryMode(2)
                .priority(0)
                .headers(headers)
                .build();
        String value = argument instanceof Number ? argument.toString() : "\"" + argument + "\"";
        String body =
                "[[" + value + "], {}, {\"callbacks\": null, \"errbacks\": null, \"chain\": null, \"chord\": null}]";
        try {
            channel.basicPublish("", queue, properties, body.getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        copies.merge(id, 1, Integer::sum);
    }

    /** Waits until the broker has everything. */
    void confirm() {
        try {
            channel.waitForConfirmsOrDie(CONFIRM_MILLIS);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (TimeoutException e) {
            throw new AssertionError("the broker did not confirm", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }

    /** How many copies were sent, by id. */
    Map<String, Integer> copies() {
        return Map.copyOf(copies);
    }

    /** Messages that wait in {@code queue}, without those delivered and unsettled. */
    long waiting(String queue) {
        try {
            return channel.messageCount(queue);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        connection.abort(2_000);
    }
}
