package dev.sedano.conformance;

import java.time.Duration;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.Jedis;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Results as they lie in Redis. One thread uses it. */
record StoredResult(Jedis redis) implements AutoCloseable {
    private static final Duration LIMIT = Duration.ofSeconds(10);
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private static String key(String id) {
        return "celery-task-meta-" + id;
    }

    static String success(String id, String value) {
        return "{\"status\": \"SUCCESS\", \"result\": \"" + value
                + "\", \"traceback\": null, \"children\": [], \"task_id\": \"" + id + "\"}";
    }

    /** The result of {@code id} now, or null. */
    @Nullable
    JsonNode get(String id) {
        String text = redis.get(key(id));
        return text == null ? null : JSON.readTree(text);
    }

    /** The result of {@code id}, once there is one. */
    JsonNode await(String id) {
        return Awaitility.await("result of " + id)
                .atMost(LIMIT)
                .pollInterval(Duration.ofMillis(20))
                .until(() -> get(id), result -> result != null);
    }

    void put(String id, String record) {
        redis.set(key(id), record);
    }

    /** Does what time does. */
    void expire(String id) {
        redis.del(key(id));
    }

    @Override
    public void close() {
        redis.close();
    }
}
