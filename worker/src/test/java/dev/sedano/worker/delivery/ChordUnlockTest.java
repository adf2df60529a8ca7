package dev.sedano.worker.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.sedano.task.Retry;
import dev.sedano.task.RetryException;
import dev.sedano.task.TaskContext;
import dev.sedano.task.TaskRegistry;
import dev.sedano.worker.canvas.FollowUp;
import dev.sedano.worker.canvas.FollowUps;
import dev.sedano.worker.handler.BoundHandler;
import dev.sedano.worker.handler.Handlers;
import dev.sedano.worker.handler.TaskCallValues;
import dev.sedano.worker.idempotency.StoreException;
import dev.sedano.worker.protocol.CeleryJson;
import dev.sedano.worker.result.ChordStore;
import dev.sedano.worker.result.ExceptionEncoding;
import dev.sedano.worker.result.ResultEncoder;
import dev.sedano.worker.result.StoredResults;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** {@code celery.chord_unlock} asks again until it knows: nobody else would start the body, or fail it. */
class ChordUnlockTest {
    private static final String UNREACHED = "the store cannot be reached";

    private final CeleryJson json = new CeleryJson();
    private final Map<String, byte[]> results = new LinkedHashMap<>();
    private boolean reachable = true;

    private CompletableFuture<List<byte @Nullable []>> read(List<?> ids) {
        return reachable
                ? CompletableFuture.completedFuture(
                        Arrays.asList(ids.stream().map(results::get).toArray(byte[][]::new)))
                : CompletableFuture.failedFuture(
                        new StoreException(StoreException.Kind.CONNECT, StoreException.Effect.NONE, UNREACHED, null));
    }

    private static <T> T only(Class<T> type, String method, java.util.function.Function<Object[], Object> answer) {
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, (self, called, given) -> {
            assertThat(called.getName()).isEqualTo(method);
            return answer.apply(given);
        }));
    }

    private static TaskContext context(int retries) {
        return TaskContext.class.cast(Proxy.newProxyInstance(
                TaskContext.class.getClassLoader(),
                new Class<?>[] {TaskContext.class},
                (self, called, given) -> switch (called.getName()) {
                    case "id", "rootId" -> "unlock";
                    case "retries" -> retries;
                    case "retry" -> new RetryException((Retry) given[0]);
                    default -> throw new UnsupportedOperationException(called.getName());
                }));
    }

    /** What the task returns for a header of one part, {@code part}. */
    private @Nullable Object unlock(int retries, Map<String, @Nullable Object> more) throws Exception {
        FollowUps followUps = new FollowUps(json, Clock.systemUTC(), "gen1@test", "celery");
        ChordRun chords = new ChordRun(
                only(ChordStore.class, "read", given -> read((List<?>) given[0])),
                followUps,
                new ResultEncoder(json, new ExceptionEncoding(), Clock.systemUTC()),
                new StoredResults(json),
                time -> CompletableFuture.completedFuture(true));
        BoundHandler unlock = Objects.requireNonNull(
                new BuiltIns(Handlers.of(new TaskRegistry(), json::convert), json::convert, followUps, chords)
                        .handlers()
                        .find("celery.chord_unlock"));
        Map<String, @Nullable Object> kwargs = new LinkedHashMap<>(more);
        kwargs.putIfAbsent("result", List.of(Arrays.asList(Arrays.asList("part", null), null)));
        Map<String, Object> body = Map.of("task", "t.body", "args", List.of(), "options", Map.of("task_id", "body"));
        return unlock.callWithin(context(retries), new TaskCallValues(List.of("group", body), kwargs, json::convert));
    }

    private Retry retryOf(Map<String, @Nullable Object> more) {
        return catchThrowableOfType(RetryException.class, () -> unlock(7, more)).retry();
    }

    private String failureOf(int retries, Map<String, @Nullable Object> more) throws Exception {
        List<FollowUp> followUps =
                ((Led) Objects.requireNonNull(unlock(retries, more))).plan().followUps();
        assertThat(followUps).hasSize(1);
        FollowUp.Store stored = (FollowUp.Store) followUps.get(0);
        assertThat(stored.taskId()).isEqualTo("body");
        return new String(stored.record(), StandardCharsets.UTF_8);
    }

    @Test
    void whatIsNotReady_isAskedAgain_withoutEnd() {
        Retry retry = retryOf(Map.of());

        assertThat(retry.delay()).isEqualTo(Duration.ofSeconds(1));
        assertThat(retry.mostRetries()).isNull();
        assertThat(retryOf(Map.of("interval", 2.5)).delay()).isEqualTo(Duration.ofMillis(2500));
    }

    @Test
    void aStoreThatCannotBeReached_isAskedAgain_andTheReasonTold() {
        reachable = false;

        Retry retry = retryOf(Map.of());

        assertThat(retry.mostRetries()).isNull();
        assertThat(retry.cause()).hasRootCauseMessage(UNREACHED);
    }

    @Test
    void theLastRetry_failsTheBody() throws Exception {
        assertThat(retryOf(Map.of("max_retries", 8))).isNotNull();
        for (boolean asked : new boolean[] {true, false}) {
            reachable = asked;
            assertThat(failureOf(8, Map.of("max_retries", 8)))
                    .contains(
                            "\"FAILURE\"", "ChordError", "chord_unlock could not be retried: MaxRetriesExceededError");
        }
    }

    @Test
    void aFailedPart_failsTheBody() throws Exception {
        results.put(
                "part",
                "{\"status\": \"FAILURE\", \"result\": {\"exc_type\": \"ValueError\", \"exc_message\": [\"no\"], \"exc_module\": \"builtins\"}}"
                        .getBytes(StandardCharsets.UTF_8));

        assertThat(failureOf(0, Map.of())).contains("ChordError", "Dependency part raised ValueError('no')");
    }

    @Test
    void onceAllIsThere_theBodyIsSent() throws Exception {
        results.put("part", "{\"status\": \"SUCCESS\", \"result\": 3}".getBytes(StandardCharsets.UTF_8));

        List<FollowUp> followUps =
                ((Led) Objects.requireNonNull(unlock(0, Map.of()))).plan().followUps();

        assertThat(followUps).hasSize(1).first().isInstanceOf(FollowUp.Send.class);
    }

    @Test
    void anEmptyHeader_isReady_withoutAsking() throws Exception {
        reachable = false; // no store takes a question without ids

        assertThat(unlock(0, Map.of("result", List.of()))).isInstanceOf(Led.class);
    }
}
