package dev.sedano.examples.stage;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.GetResponse;
import dev.sedano.workbench.WorkbenchException;
import java.io.IOException;
import java.net.URISyntaxException;
import java.security.GeneralSecurityException;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** Looks at the broker's queues and sends Celery messages. Thread-safe. */
public final class Broker implements AutoCloseable {
    private final Connection connection;

    private Broker(Connection connection) {
        this.connection = connection;
    }

    static Broker connect(String url) {
        ConnectionFactory factory = new ConnectionFactory();
        try {
            factory.setUri(url);
            return new Broker(factory.newConnection("sedano-example"));
        } catch (IOException | TimeoutException | GeneralSecurityException | URISyntaxException e) {
            throw new WorkbenchException(
                    "the story cannot connect to its broker: " + e.getClass().getSimpleName(), e);
        }
    }

    /** How many messages wait in {@code queue}; 0 when it does not exist. */
    public int waiting(String queue) {
        try {
            Channel look = connection.createChannel();
            int waiting = look.queueDeclarePassive(queue).getMessageCount();
            look.close();
            return waiting;
        } catch (IOException missing) {
            return 0; // the broker has closed the channel
        } catch (TimeoutException e) {
            throw new WorkbenchException("cannot look into queue " + queue, e);
        }
    }

    /** Takes one message's header out of {@code queue}: null when there is no message or no such header. */
    public @Nullable String takeHeader(String queue, String header) throws IOException, TimeoutException {
        try (Channel channel = connection.createChannel()) {
            GetResponse message = channel.basicGet(queue, true);
            Object value =
                    message == null ? null : message.getProps().getHeaders().get(header);
            return value == null ? null : value.toString();
        }
    }

    /** Declares a queue as Celery does, so that messages may be sent before a worker starts. */
    public void declare(String queue) throws IOException, TimeoutException {
        try (Channel channel = connection.createChannel()) {
            channel.queueDeclare(queue, true, false, false, Map.of());
        }
    }

    /**
     * Sends a task message of Celery's protocol 2 with one positional argument and waits for the confirm.
     *
     * @param key the caller's idempotency key, or null for none
     * @return the task id
     */
    public String send(String queue, String task, Object argument, @Nullable String key)
            throws IOException, TimeoutException, InterruptedException {
        String id = UUID.randomUUID().toString();
        Map<String, Object> headers = new HashMap<>(Map.of("lang", "py", "task", task, "id", id, "retries", 0));
        headers.put("root_id", id);
        if (key != null) {
            headers.put("idempotency_key", key);
        }
        AMQP.BasicProperties properties = new AMQP.BasicProperties.Builder()
                .contentType("application/json")
                .contentEncoding("utf-8")
                .deliveryMode(2)
                .correlationId(id)
                .headers(headers)
                .build();
        byte[] body = Http.JSON.writeValueAsBytes(
                new Object[] {new Object[] {argument}, Map.of(), new HashMap<String, Object>()});
        try (Channel channel = connection.createChannel()) {
            channel.confirmSelect();
            channel.basicPublish("", queue, properties, body);
            channel.waitForConfirmsOrDie(10_000);
        }
        return id;
    }

    @Override
    public void close() throws IOException {
        connection.close();
    }
}
