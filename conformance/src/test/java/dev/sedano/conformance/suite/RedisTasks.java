package dev.sedano.conformance.suite;

import static dev.sedano.conformance.suite.PlainTasks.PREFIX;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.sedano.task.Default;
import dev.sedano.task.Task;
import dev.sedano.task.TaskContext;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.RedisClient;

/** Tasks that write where the tests look: the tasks' own Redis, which is not the result backend's setting. */
class RedisTasks {
    private final RedisClient client; // a pool: it connects when it is used, and ends with the worker

    RedisTasks(String host, int port) {
        client = RedisClient.create(host, port);
    }

    void push(String key, @Nullable Object value) {
        byte[] text =
                value instanceof byte[] bytes ? bytes : String.valueOf(value).getBytes(UTF_8);
        client.rpush(key.getBytes(UTF_8), text);
    }

    private void increment(String key) {
        client.incr(key);
    }

    @Task(PREFIX + "redis_echo")
    void redisEcho(@Nullable Object message, @Default("\"redis-echo\"") String redis_key) {
        push(redis_key, message);
    }

    @Task(PREFIX + "redis_count")
    void redisCount(@Default("\"redis-count\"") String redis_key) {
        increment(redis_key);
    }

    @Task(PREFIX + "redis_echo_group_id")
    void redisEchoGroupId(
            TaskContext context, @Nullable Object ignored, @Default("\"redis-group-ids\"") String redis_key) {
        push(redis_key, context.groupId());
    }

    @Task(PREFIX + "sum_and_record")
    Object sumAndRecord(TaskContext context, List<Object> values, String redis_key) {
        push(redis_key, context.id());
        return PythonValues.sum(values);
    }

    @Task(PREFIX + "errback_old_style")
    String errbackOldStyle(String request_id) {
        increment(request_id);
        return request_id;
    }

    @Task(PREFIX + "errback_old_style_with_args")
    void errbackOldStyleWithArgs(String request_id, Object label) {
        push(request_id, label);
    }

    /** Called within the failing worker: its three parameters are what failed, how, and where. */
    @Task(PREFIX + "errback_new_style")
    String errbackNewStyle(Map<String, Object> request, Map<String, Object> exc, @Nullable String tb) {
        return errbackOldStyle(id(request));
    }

    @Task(PREFIX + "errback_new_style_with_args")
    void errbackNewStyleWithArgs(
            Map<String, Object> request, Map<String, Object> exc, @Nullable String tb, Object label) {
        errbackOldStyleWithArgs(id(request), label);
    }

    private static String id(Map<String, Object> request) {
        return String.valueOf(request.get("id"));
    }
}
