package dev.sedano.benchmarks.harness;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Publishes tasks as Celery 5 does: protocol 2, persistent, into a durable classic queue. One thread uses it. */
final class TaskPublisher implements AutoCloseable {
    private static final int UNCONFIRMED = 2_000;
    private static final long CONFIRM_MILLIS = 60_000;

    private final Connection connection;
    private final Channel channel;
    private final String queue;
    private final Workload workload;
    private final String idPrefix;

    /** @param idPrefix the first 24 characters of every task's id, of the form of a UUID */
    TaskPublisher(String brokerUrl, String queue, Workload workload, String idPrefix) throws Exception {
        ConnectionFactory factory = new ConnectionFactory();
        factory.setUri(brokerUrl);
        this.connection = factory.newConnection();
        this.channel = connection.createChannel();
        this.queue = queue;
        this.workload = workload;
        this.idPrefix = idPrefix;
        channel.queueDelete(queue);
        channel.queueDeclare(queue, true, false, false, Map.of());
        channel.confirmSelect();
    }

    String id(int index) {
        return idPrefix + String.format(Locale.ROOT, "%012d", index);
    }

    /** Publishes tasks 0 to {@code count - 1} and returns when the broker has them all. */
    void publishAll(int count) throws Exception {
        for (int index = 0; index < count; index++) {
            publish(index);
            if (index % UNCONFIRMED == UNCONFIRMED - 1) {
                channel.waitForConfirmsOrDie(CONFIRM_MILLIS);
            }
        }
        channel.waitForConfirmsOrDie(CONFIRM_MILLIS);
    }

    void publish(int index) throws Exception {
        String body = "[[" + index + ", " + workload.second()
                + "], {}, {\"callbacks\": null, \"errbacks\": null, \"chain\": null, \"chord\": null}]";
        channel.basicPublish("", queue, properties(index), body.getBytes(StandardCharsets.UTF_8));
    }

    /** Messages that wait in the queue, without those that a consumer holds. */
    long waiting() throws Exception {
        return channel.messageCount(queue);
    }

    private AMQP.BasicProperties properties(int index) {
        Map<String, @Nullable Object> headers = new HashMap<>();
        headers.put("lang", "py");
        headers.put("task", workload.task());
        headers.put("id", id(index));
        headers.put("shadow", null);
        headers.put("eta", null);
        headers.put("expires", null);
        headers.put("group", null);
        headers.put("group_index", null);
        headers.put("retries", 0);
        headers.put("timelimit", Arrays.asList(null, null));
        headers.put("root_id", id(index));
        headers.put("parent_id", null);
        headers.put("argsrepr", "(" + index + ", '...')");
        headers.put("kwargsrepr", "{}");
        headers.put("origin", "bench@localhost");
        headers.put("ignore_result", !workload.results());
        headers.put("replaced_task_nesting", 0);
        headers.put("stamped_headers", null);
        headers.put("stamps", Map.of());
        return new AMQP.BasicProperties.Builder()
                .contentType("application/json")
                .contentEncoding("utf-8")
                .deliveryMode(2)
                .priority(0)
                .correlationId(id(index))
                .replyTo("6fd9a2b2-3d33-3c61-8b0c-b8d4dd6a5d1f")
                .headers(headers)
                .build();
    }

    @Override
    public void close() {
        connection.abort();
    }
}
