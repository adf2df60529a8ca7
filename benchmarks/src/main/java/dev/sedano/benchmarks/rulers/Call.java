package dev.sedano.benchmarks.rulers;

import com.rabbitmq.client.AMQP;
import dev.sedano.benchmarks.CountFile;
import java.time.Instant;
import java.util.Objects;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** One decoded Celery protocol 2 message of a {@code bench.*} task. */
record Call(String id, String task, JsonNode args) {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final CountFile COUNT = CountFile.fromEnvironment();
    private static final byte[] NO_RESULT = {};

    static Call of(AMQP.BasicProperties properties, byte[] body) {
        return new Call(
                header(properties, "id"),
                header(properties, "task"),
                JSON.readTree(body).get(0));
    }

    private static String header(AMQP.BasicProperties properties, String name) {
        return Objects.requireNonNull(properties.getHeaders().get(name)).toString();
    }

    byte[] marker() {
        return Scripts.bytes("idem:" + id);
    }

    byte[] resultKey() {
        return Scripts.bytes("celery-task-meta-" + id);
    }

    /** Runs the task; returns the record for its caller, or nothing if results are not stored. */
    byte[] run(boolean storesResults) throws InterruptedException {
        JsonNode value = value();
        COUNT.ran(args.get(0).asInt());
        return storesResults ? result(value) : NO_RESULT;
    }

    private JsonNode value() throws InterruptedException {
        switch (task) {
            case "bench.add":
                return JSON.getNodeFactory()
                        .numberNode(args.get(0).asInt() + args.get(1).asInt());
            case "bench.echo":
                return args.get(1);
            case "bench.sleep":
                Thread.sleep(args.get(1).asInt());
                return args.get(0);
            case "bench.spin":
                long end = System.nanoTime() + args.get(1).asInt() * 1_000_000L;
                while (System.nanoTime() - end < 0) {
                    Thread.onSpinWait();
                }
                return args.get(0);
            default:
                throw new IllegalArgumentException("no such task: " + task);
        }
    }

    private byte[] result(JsonNode value) {
        ObjectNode record = JSON.createObjectNode();
        record.put("status", "SUCCESS");
        record.set("result", value);
        record.putNull("traceback");
        record.putArray("children");
        record.put("date_done", Instant.now().toString());
        record.put("task_id", id);
        return JSON.writeValueAsBytes(record);
    }
}
