package dev.sedano.worker.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.sedano.task.AutoRetry;
import dev.sedano.task.PythonException;
import dev.sedano.task.RejectException;
import dev.sedano.task.Retry;
import dev.sedano.task.RetryRule;
import dev.sedano.task.SoftTimeLimitExceededException;
import dev.sedano.task.Task;
import dev.sedano.task.TaskOptions;
import dev.sedano.task.TaskRegistry;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.net.ConnectException;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Exceptions that lead to another attempt by themselves, as Celery's autoretry_for. */
final class AutoRetryTest {
    private static final RetryRule RULE =
            RetryRule.on(List.of(IOException.class)).butNot(List.of(FileNotFoundException.class));

    private static PipelineFixture failing(Exception failure) {
        return new PipelineFixture(
                (context, call) -> {
                    throw failure;
                },
                TaskOptions.builder().retry(RULE.after(Duration.ofSeconds(30))).build());
    }

    @Test
    void matchingFailure_isRetried_andTellsItsCause() {
        try (PipelineFixture test = failing(new ConnectException("refused"))) {
            Instant before = Instant.now();
            test.pipeline.accept(test.delivery("a"));

            await().until(() -> test.channel.settled.size() == 1);
            assertThat(test.channel.reasons()).containsExactly("ack retried");
            assertThat(test.result("a")).contains("\"status\": \"RETRY\"", "refused");
            assertThat(test.published).singleElement().satisfies(message -> {
                Map<String, ?> headers = message.properties().headers();
                assertThat(headers.get("retries")).isEqualTo(1);
                assertThat(Instant.parse(String.valueOf(headers.get("eta")).replace("+00:00", "Z")))
                        .isAfter(before.plusSeconds(29));
            });
        }
    }

    /** One that is interrupted at its soft limit. */
    private static PipelineFixture interrupted(RetryRule rule, Function<InterruptedException, Object> then) {
        return new PipelineFixture(
                (context, call) -> {
                    try {
                        return new CountDownLatch(1).await(1, TimeUnit.MINUTES);
                    } catch (InterruptedException e) {
                        return then.apply(e);
                    }
                },
                TaskOptions.builder().retry(rule).build());
    }

    private static Object sneaky(Throwable failure) {
        return AutoRetryTest.<RuntimeException>thrown(failure);
    }

    @SuppressWarnings("unchecked") // the compiler is told what is not so
    private static <T extends Throwable> Object thrown(Throwable failure) throws T {
        throw (T) failure;
    }

    private static String endsAtItsLimit(PipelineFixture fixture) {
        try (PipelineFixture test = fixture) {
            test.pipeline.accept(test.delivery("a", "x", Map.of("timelimit", Arrays.asList(null, 0.02))));
            await().until(() -> test.channel.settled.size() == 1);
            return test.channel.reasons() + test.result("a");
        }
    }

    @Test
    void softLimit_isRetriedByARuleThatNamesIt_orABaseClass_andIsTheFailureOtherwise() {
        for (Class<? extends Throwable> named :
                List.of(SoftTimeLimitExceededException.class, PythonException.class, Exception.class)) {
            assertThat(endsAtItsLimit(interrupted(RetryRule.on(List.of(named)), AutoRetryTest::sneaky)))
                    .contains("ack retried", "SoftTimeLimitExceeded");
        }
        assertThat(endsAtItsLimit(interrupted(RULE, AutoRetryTest::sneaky)))
                .contains("ack failed", "\"exc_type\": \"SoftTimeLimitExceeded\"");
        assertThat(endsAtItsLimit(interrupted(
                        RetryRule.on(List.of(Exception.class)).butNot(List.of(SoftTimeLimitExceededException.class)),
                        e -> sneaky(new IllegalStateException("wrapped", e)))))
                .contains("ack failed", "\"exc_type\": \"SoftTimeLimitExceeded\"");
    }

    @Test
    void whatAHandlerMakesOfItsSoftLimit_isItsOutcome() {
        assertThat(endsAtItsLimit(interrupted(RULE, e -> sneaky(new IllegalArgumentException("cleaned up")))))
                .contains("ack failed", "\"exc_type\": \"ValueError\"", "cleaned up");
        assertThat(endsAtItsLimit(interrupted(RULE, e -> sneaky(new ConnectException("on purpose")))))
                .contains("ack retried", "on purpose");
        assertThat(endsAtItsLimit(interrupted(RULE, e -> "half done"))).contains("ack succeeded", "half done");
    }

    @Test
    void nextAttempt_begins_withoutTheMovesOfTheOneBefore() {
        try (PipelineFixture test = failing(new ConnectException("refused"))) {
            test.pipeline.accept(test.delivery(
                    "a",
                    "x",
                    Map.of(UnknownTaskPolicy.HOPS, 99, "x-sedano-returned", 3, "x-sedano-delayed", 2, "tenant", "t")));

            await().until(() -> test.channel.settled.size() == 1);
            assertThat(test.published)
                    .singleElement()
                    .satisfies(message -> assertThat(message.properties().headers())
                            .containsEntry("tenant", "t")
                            .doesNotContainKeys(UnknownTaskPolicy.HOPS, "x-sedano-returned", "x-sedano-delayed"));
        }
    }

    @Test
    void afterTheLastRetry_theExceptionIsTheOutcome() {
        try (PipelineFixture test = failing(new ConnectException("refused"))) {
            test.pipeline.accept(test.delivery("a", "x", Map.of("retries", 3)));

            await().until(() -> test.channel.settled.size() == 1);
            assertThat(test.channel.reasons()).containsExactly("ack failed");
            assertThat(test.result("a")).contains("\"status\": \"FAILURE\"", "refused");
            assertThat(test.published).isEmpty();
        }
    }

    @Test
    void exceptedAndOtherFailures_andOrdersOfTheHandler_areNot() {
        for (Exception failure : List.of(new FileNotFoundException("x"), new IllegalStateException("x"))) {
            try (PipelineFixture test = failing(failure)) {
                test.pipeline.accept(test.delivery("a"));
                await().until(() -> test.channel.settled.size() == 1);
                assertThat(test.channel.reasons()).containsExactly("ack failed");
            }
        }
        RetryRule everything = RetryRule.on(List.of(Throwable.class));
        try (PipelineFixture test = new PipelineFixture(
                (context, call) -> {
                    throw new RejectException("no", false);
                },
                TaskOptions.builder().retry(everything).build())) {
            test.pipeline.accept(test.delivery("a"));
            await().until(() -> test.channel.settled.size() == 1);
            assertThat(test.channel.reasons()).containsExactly("ack rejected");
        }
    }

    @Test
    void backoff_doublesUpToItsLimit_jitterTakesAnyWholeNumberUpToThat() {
        RetryRule plain = RULE.backingOff(2, 30, false);
        assertThat(IntStream.range(0, 6).mapToObj(n -> waitOf(plain, n, 0))).containsExactly(2L, 4L, 8L, 16L, 30L, 30L);
        assertThat(waitOf(plain, 1_000_000, 0)).isEqualTo(30);

        RetryRule jitter = RULE.backingOff(2, 30, true);
        assertThat(waitOf(jitter, 2, 0)).isZero();
        assertThat(waitOf(jitter, 2, 1)).isEqualTo(8);
    }

    /** @param share of what chance may give: 0 the least, 1 the most */
    private static long waitOf(RetryRule rule, int retries, int share) {
        Retry retry = rule.after(new IOException(), retries, bound -> share * (bound - 1));
        return retry == null ? -1 : retry.delay().toSeconds();
    }

    @Test
    void annotation_saysTheSame() {
        RetryRule rule = new TaskRegistry()
                .addMethods(new Annotated())
                .definitions()
                .get(0)
                .options()
                .retryRule();

        assertThat(rule)
                .isEqualTo(
                        new RetryRule(List.of(IOException.class), List.of(), null, Duration.ofMinutes(3), 1, 60, true));
    }

    static final class Annotated {
        @Task("test.annotated")
        @AutoRetry(value = IOException.class, maxRetries = -1, backoff = 1, backoffMax = 60)
        void run() {}
    }

    @Test
    void wrongRules_areRefused_namingValueAndCure() {
        assertThatThrownBy(() -> RetryRule.on(List.of())).hasMessageContaining("name one");
        assertThatThrownBy(() -> RULE.atMost(-2)).hasMessageContaining("maxRetries -2");
        assertThatThrownBy(() -> RULE.backingOff(-1, 5, true)).hasMessageContaining("backoff -1");
    }
}
