package dev.sedano.worker.handler;

import dev.sedano.task.Canvas;
import dev.sedano.task.ReplaceException;
import dev.sedano.task.Retry;
import dev.sedano.task.RetryException;
import dev.sedano.task.TaskContext;
import dev.sedano.task.TaskRegistry;
import dev.sedano.task.TaskRequest;
import dev.sedano.task.client.AsyncResult;
import java.lang.System.Logger;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/** A plain converter, a context, and short ways to build calls and handlers. */
final class Fixtures {
    private static final JsonMapper MAPPER = JsonMapper.builder().build();
    static final ArgumentConverter CONVERTER =
            (value, type) -> MAPPER.convertValue(value, MAPPER.getTypeFactory().constructType(type));

    private Fixtures() {}

    static BoundHandler handlerOf(Object bean, String name) {
        return handler(new TaskRegistry().addMethods(bean), name);
    }

    static BoundHandler handler(TaskRegistry registry, String name) {
        return Objects.requireNonNull(Handlers.of(registry, CONVERTER).find(name));
    }

    static TaskCallValues call(List<@Nullable Object> args, Map<String, @Nullable Object> kwargs) {
        return new TaskCallValues(args, kwargs, CONVERTER);
    }

    static TaskCallValues call(Object... args) {
        return call(List.of(args), Map.of());
    }

    static TaskContext context() {
        return new FixedContext();
    }

    private static final class FixedContext implements TaskContext {
        @Override
        public <T extends @Nullable Object> T step(String name, Class<T> type, Callable<T> body) throws Exception {
            return body.call();
        }

        @Override
        public <T extends @Nullable Object> T stepAtMostOnce(String name, Class<T> type, Callable<T> body)
                throws Exception {
            return body.call();
        }

        @Override
        public String stepKey(String name) {
            return name;
        }

        @Override
        public RetryException retry(Retry retry) {
            return new RetryException(retry);
        }

        @Override
        public ReplaceException replace(Canvas replacement) {
            return new ReplaceException(replacement);
        }

        @Override
        public AsyncResult send(Canvas call) {
            throw new IllegalStateException("nothing is sent here");
        }

        @Override
        public void addToChord(Canvas task) {
            throw new IllegalStateException("in no chord");
        }

        @Override
        public String taskName() {
            return "task";
        }

        @Override
        public String id() {
            return "id";
        }

        @Override
        public String rootId() {
            return "id";
        }

        @Override
        public @Nullable String parentId() {
            return null;
        }

        @Override
        public @Nullable String groupId() {
            return null;
        }

        @Override
        public int retries() {
            return 0;
        }

        @Override
        public Map<String, @Nullable Object> headers() {
            return Map.of();
        }

        @Override
        public String idempotencyKey() {
            return "key";
        }

        @Override
        public long fencingToken() {
            return 1;
        }

        @Override
        public boolean mayHaveRunBefore() {
            return false;
        }

        @Override
        public void checkOwner() {}

        @Override
        public TaskRequest request() {
            return new TaskRequest(
                    null, null, null, null, null, 0, List.of(), Map.of(), null, "", "", "", false, Map.of(), "w@h");
        }

        @Override
        public void updateState(String state, @Nullable Object meta) {}

        @Override
        public Logger logger() {
            return System.getLogger("task");
        }
    }
}
