package dev.sedano.conformance.harness;

import com.rabbitmq.client.AMQP;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/** A task message of protocol 2 as Celery 5.7 sends it, with every header it sends. Not thread-safe. */
public final class CeleryMessage {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final Map<String, @Nullable Object> headers = new HashMap<>();
    private final Map<String, @Nullable Object> embed = new HashMap<>();
    private final String id;
    private List<@Nullable Object> args;
    private String replyTo = UUID.randomUUID().toString();

    private CeleryMessage(String task, String id, @Nullable Object... args) {
        this.id = id;
        this.args = Arrays.asList(args);
        for (String empty : new String[] {"shadow", "eta", "expires", "group", "group_index", "parent_id"}) {
            headers.put(empty, null);
        }
        headers.put("stamped_headers", null);
        headers.put("lang", "py");
        headers.put("task", task);
        headers.put("id", id);
        headers.put("root_id", id);
        headers.put("retries", 0);
        headers.put("timelimit", Arrays.asList(null, null));
        headers.put("argsrepr", "()");
        headers.put("kwargsrepr", "{}");
        headers.put("origin", "gen1@test");
        headers.put("ignore_result", false);
        headers.put("replaced_task_nesting", 0);
        headers.put("stamps", Map.of());
        for (String empty : new String[] {"callbacks", "errbacks", "chain", "chord"}) {
            embed.put(empty, null);
        }
    }

    /** A call with positional arguments and a new id. */
    public static CeleryMessage of(String task, @Nullable Object... args) {
        return new CeleryMessage(task, UUID.randomUUID().toString(), args);
    }

    /** The same call and headers under another id. */
    public CeleryMessage withId(String other) {
        CeleryMessage copy = new CeleryMessage(task(), other);
        headers.forEach(copy.headers::putIfAbsent);
        headers.forEach((name, value) -> {
            if (!name.equals("id") && !name.equals("root_id")) {
                copy.headers.put(name, value);
            }
        });
        copy.args = args;
        copy.embed.putAll(embed);
        return copy;
    }

    /** Sets a header, also one of Celery's own. */
    public CeleryMessage header(String name, @Nullable Object value) {
        headers.put(name, value);
        return this;
    }

    /** Sets one of {@code callbacks}, {@code errbacks}, {@code chain}, {@code chord}. */
    public CeleryMessage embed(String name, @Nullable Object value) {
        embed.put(name, value);
        return this;
    }

    public CeleryMessage replyTo(String queue) {
        replyTo = queue;
        return this;
    }

    public String id() {
        return id;
    }

    public String task() {
        return String.valueOf(headers.get("task"));
    }

    /** As sent; with another body this makes a message that cannot be decoded. */
    public AMQP.BasicProperties properties() {
        return new AMQP.BasicProperties.Builder()
                .contentType("application/json")
                .contentEncoding("utf-8")
                .deliveryMode(2)
                .priority(0)
                .correlationId(id)
                .replyTo(replyTo)
                .headers(new HashMap<>(headers))
                .build();
    }

    /** Arguments and what follows, as JSON. */
    public byte[] body() {
        List<Object> body = new ArrayList<>(List.of(args, Map.of(), embed));
        return JSON.writeValueAsString(body).getBytes(StandardCharsets.UTF_8);
    }
}
