package dev.sedano.conformance.suite;

import static dev.sedano.conformance.suite.PlainTasks.PREFIX;

import dev.sedano.task.Default;
import dev.sedano.task.Idempotent;
import dev.sedano.task.Task;
import dev.sedano.task.TaskContext;
import dev.sedano.task.TaskModule;
import dev.sedano.task.TaskRegistry;
import org.jspecify.annotations.Nullable;

/**
 * As {@link SuiteModule}, but the tasks which some tests call again under the id of a finished call run again, as they do
 * in Celery: they only observe their claims.
 */
public final class ObservingSuiteModule implements TaskModule {
    @Override
    public void register(TaskRegistry registry) {
        SuiteModule.register(registry, new Plain(), new Redis(SuiteModule.redisHost(), SuiteModule.redisPort()));
    }

    @SuppressWarnings("DoNotCallSuggester") // tasks are called by the worker, and to fail is what one is for
    private static final class Plain extends PlainTasks {
        @Override
        @Task(PREFIX + "identity")
        @Idempotent(observe = true)
        @Nullable
        Object identity(@Nullable @Default("null") Object x) {
            return super.identity(x);
        }

        @Override
        @Task(PREFIX + "add")
        @Idempotent(observe = true)
        Object add(Object x, Object y, @Nullable @Default("null") Object z) {
            return super.add(x, y, z);
        }

        @Override
        @Task(PREFIX + "fail")
        @Idempotent(observe = true)
        void fail(Object... args) {
            super.fail(args);
        }
    }

    private static final class Redis extends RedisTasks {
        Redis(String host, int port) {
            super(host, port);
        }

        @Override
        @Task(PREFIX + "redis_count")
        @Idempotent(observe = true)
        void redisCount(@Default("\"redis-count\"") String redis_key) {
            super.redisCount(redis_key);
        }

        @Override
        @Task(PREFIX + "redis_echo_group_id")
        @Idempotent(observe = true)
        void redisEchoGroupId(
                TaskContext context, @Nullable Object ignored, @Default("\"redis-group-ids\"") String redis_key) {
            super.redisEchoGroupId(context, ignored, redis_key);
        }
    }
}
