package dev.sedano.workbench;

import com.rabbitmq.client.AMQP;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A task message of Celery's protocol 2 with one integer argument, as {@code send_task(name, (argument,))} of Celery 5.7
 * publishes it: same properties, same header table with its explicit nulls, same body text.
 */
record CeleryMessage(String id, String task, long argument) {
    AMQP.BasicProperties properties(String replyTo) {
        return new AMQP.BasicProperties.Builder()
                .contentType("application/json")
                .contentEncoding("utf-8")
                .deliveryMode(2)
                .priority(0)
                .correlationId(id)
                .replyTo(replyTo)
                .headers(headers())
                .build();
    }

    Map<String, @Nullable Object> headers() {
        Map<String, @Nullable Object> headers = new LinkedHashMap<>();
        headers.put("lang", "py");
        headers.put("task", task);
        headers.put("id", id);
        headers.put("shadow", null);
        headers.put("eta", null);
        headers.put("expires", null);
        headers.put("group", null);
        headers.put("group_index", null);
        headers.put("retries", 0);
        headers.put("timelimit", Arrays.asList(null, null));
        headers.put("root_id", id);
        headers.put("parent_id", null);
        headers.put("argsrepr", "(" + argument + ",)");
        headers.put("kwargsrepr", "{}");
        headers.put("origin", "gen" + ProcessHandle.current().pid() + "@sedano-demo");
        headers.put("ignore_result", false);
        headers.put("replaced_task_nesting", 0);
        headers.put("stamped_headers", null);
        headers.put("stamps", Map.of());
        return headers;
    }

    byte[] body() {
        String text =
                "[[" + argument + "], {}, {\"callbacks\": null, \"errbacks\": null, \"chain\": null, \"chord\": null}]";
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
