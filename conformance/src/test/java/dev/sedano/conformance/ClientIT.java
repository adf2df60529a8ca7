package dev.sedano.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import dev.sedano.client.CeleryClient;
import dev.sedano.client.ClientConfig;
import dev.sedano.conformance.harness.Harness;
import dev.sedano.conformance.harness.TestStore;
import dev.sedano.task.Canvas;
import dev.sedano.task.Signature;
import dev.sedano.task.client.AsyncResult;
import dev.sedano.task.client.GroupResult;
import dev.sedano.task.client.ResultTimeoutException;
import dev.sedano.task.client.SendException;
import dev.sedano.task.client.SendOptions;
import dev.sedano.task.client.TaskClient;
import dev.sedano.task.client.TaskFailure;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The Java client and our worker, results in Redis under names with a prefix. */
final class ClientIT {
    @RegisterExtension
    static final Harness HARNESS = new Harness();

    private static final String QUEUE = HARNESS.queue();
    private static final Duration LIMIT = Duration.ofSeconds(30);

    private static TaskClient client;

    @BeforeAll
    static void start() {
        HARNESS.start(HARNESS.worker(QUEUE).options("--default-queue", QUEUE, "--result-key-prefix", "shop"));
        client = CeleryClient.connect(
                ClientConfig.of(HARNESS.broker().url(), TestStore.shared().url(0))
                        .withDefaultQueue(QUEUE)
                        .withResultKeyPrefix("shop")
                        .withFailure("builtins", "RuntimeError", failure -> new OutOfStock(failure)));
    }

    @AfterAll
    static void stop() {
        client.close();
    }

    /** An exception of the caller's own. */
    private static final class OutOfStock extends RuntimeException {
        private static final long serialVersionUID = 1L;

        OutOfStock(TaskFailure failure) {
            super(String.valueOf(failure.args().get(0)), failure);
        }
    }

    private static Signature add(int x, int y) {
        return Signature.of("proj.add", x, y);
    }

    @Test
    void resultsComeBack_oneByOne_andOfCanvases() throws InterruptedException {
        AsyncResult sum = client.send("proj.add", 2, 3);
        AsyncResult product = client.send(Canvas.chain(add(1, 2), Signature.of("proj.mul", 10)));
        AsyncResult total =
                client.send(Canvas.chord(Canvas.group(add(1, 1), add(2, 2), add(3, 3)), Signature.of("proj.tsum")));
        AsyncResult nested = client.send(Canvas.group(
                add(1, 1),
                Canvas.chain(add(2, 2), Canvas.group(Signature.of("proj.mul", 2), Signature.of("proj.mul", 3)))));

        assertThat(sum.get(LIMIT, Integer.class)).isEqualTo(5);
        assertThat(product.get(LIMIT)).isEqualTo(30L);
        assertThat(Objects.requireNonNull(product.parent()).get(LIMIT)).isEqualTo(3L);
        assertThat(total.get(LIMIT)).isEqualTo(12L);
        assertThat(total.parent()).isInstanceOf(GroupResult.class);
        assertThat(nested.get(LIMIT)).isEqualTo(List.of(2L, List.of(8L, 12L)));
        assertThat(((GroupResult) nested).completedCount()).isEqualTo(2);
    }

    @Test
    void savedGroupIsFoundAgain_untilItIsForgotten() throws InterruptedException {
        GroupResult group = (GroupResult) client.send(Canvas.group(add(1, 1), add(2, 2)));
        group.save();

        GroupResult found = client.savedGroup(group.id());

        assertThat(found.get(LIMIT)).isEqualTo(List.of(2L, 4L));
        found.forget();
        assertThat(group.results().get(0).id()).isNotNull();
        assertThat(client.result(group.results().get(0).id()).state()).isEqualTo("PENDING");
    }

    @Test
    void failuresAreTyped_andMayBecomeOnesOwn() {
        AsyncResult wrong = client.send("proj.add", "one", 2);
        AsyncResult failed = client.send("ledger.fail", "client-fails", "no stock");

        assertThatExceptionOfType(TaskFailure.class)
                .isThrownBy(() -> wrong.get(LIMIT))
                .satisfies(failure -> {
                    assertThat(failure.is("builtins", "TypeError")).isTrue();
                    assertThat(failure.taskId()).isEqualTo(wrong.id());
                    assertThat(failure.remoteTraceback()).contains("TypeError");
                });
        assertThatExceptionOfType(OutOfStock.class)
                .isThrownBy(() -> failed.get(LIMIT))
                .withMessage("no stock");
        assertThat(failed.failure()).isNotNull();
        assertThatExceptionOfType(TaskFailure.NotRegistered.class)
                .isThrownBy(() -> client.send("nobody.has.this").get(LIMIT));
        HARNESS.publisher().take(QUEUE + ".dead", LIMIT);
    }

    @Test
    void timeoutSaysThatNothingIsCancelled_andTheTaskEnds() throws InterruptedException {
        String key = "gated-" + UUID.randomUUID();
        AsyncResult gated = client.send("ledger.gated", key);

        assertThatExceptionOfType(ResultTimeoutException.class)
                .isThrownBy(() -> gated.get(Duration.ofMillis(300)))
                .withMessageContaining("nothing was cancelled");

        HARNESS.ledger().open(key);
        assertThat(gated.get(LIMIT)).isEqualTo(key);
    }

    @Test
    void oneId_isOneRun_howeverOftenItIsSent() throws InterruptedException {
        String key = "once-" + UUID.randomUUID();
        String id = UUID.randomUUID().toString();
        Signature work = Signature.of("ledger.work", key, 0);

        for (int i = 0; i < 3; i++) {
            assertThat(client.send(work, SendOptions.id(id)).get(LIMIT)).isEqualTo(key);
        }

        assertThat(HARNESS.ledger().starts(key)).hasSize(1);
    }

    @Test
    void ignoredResultIsNotKept() {
        String key = "ignored-" + UUID.randomUUID();
        AsyncResult result = client.send(Signature.of("ledger.work", key, 0), SendOptions.NONE.ignoreResult());

        await().atMost(LIMIT).until(() -> HARNESS.ledger().ends(key).size() == 1);
        assertThat(result.state()).isEqualTo("PENDING");
    }

    @Test
    void unroutableNamesTheRoute() {
        try (TaskClient strict =
                CeleryClient.connect(ClientConfig.of(HARNESS.broker().url()).withoutCreatingQueues())) {
            String nowhere = HARNESS.queue();

            assertThatExceptionOfType(SendException.Unroutable.class)
                    .isThrownBy(() -> strict.send(add(1, 2), SendOptions.queue(nowhere)))
                    .withMessageContaining(nowhere)
                    .satisfies(refused -> assertThat(refused.mayHaveBeenSent()).isFalse());
            assertThatExceptionOfType(SendException.Unroutable.class)
                    .isThrownBy(() -> strict.send(add(1, 2), SendOptions.exchange("amq.direct", nowhere)))
                    .withMessageContaining("amq.direct");
            assertThatExceptionOfType(SendException.Unroutable.class)
                    .isThrownBy(() -> strict.send(add(1, 2), SendOptions.exchange(nowhere, "key")))
                    .withMessageContaining(nowhere);
        }
    }
}
