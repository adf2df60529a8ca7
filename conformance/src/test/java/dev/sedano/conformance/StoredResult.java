package dev.sedano.conformance;

import java.time.Duration;
import java.util.function.Predicate;
import org.awaitility.Awaitility;
import redis.clients.jedis.Jedis;
import tools.jackson.core.json.JsonReadFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Results as they lie in Redis. One thread uses it. */
record StoredResult(Jedis redis) implements AutoCloseable {
    private static final Duration LIMIT = Duration.ofSeconds(10);
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS) // as Python writes them
            .build();

    private static String key(String id) {
        return "celery-task-meta-" + id;
    }

    static String success(String id, String value) {
        return "{\"status\": \"SUCCESS\", \"result\": \"" + value
                + "\", \"traceback\": null, \"children\": [], \"task_id\": \"" + id + "\"}";
    }

    /** The result of {@code id}, once there is one. */
    JsonNode await(String id) {
        return await(id, stored -> true);
    }

    /** The result of {@code id}, once what is stored is {@code wanted}. */
    JsonNode await(String id, Predicate<String> wanted) {
        String text = Awaitility.await("result of " + id)
                .atMost(LIMIT)
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(20))
                .until(() -> redis.get(key(id)), stored -> stored != null && wanted.test(stored));
        return JSON.readTree(text);
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
