package dev.sedano.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import dev.sedano.client.CeleryClient;
import dev.sedano.client.ClientConfig;
import dev.sedano.conformance.chaos.StoreProxy;
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
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** The Java client and our worker, results in Redis. */
final class ClientIT {
    @RegisterExtension
    static final Harness HARNESS = new Harness();

    private static final String QUEUE = HARNESS.queue();
    private static final Duration LIMIT = Duration.ofSeconds(30);

    private static TaskClient client;

    @BeforeAll
    static void start() {
        HARNESS.start(HARNESS.worker(QUEUE)
                .options("--default-queue", QUEUE)
                .options("-A", "dev.sedano.examples.ExamplesModule"));
        client = CeleryClient.connect(
                ClientConfig.of(HARNESS.broker().url(), TestStore.shared().url(0))
                        .withDefaultQueue(QUEUE)
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
    void confirmLostWithTheConnection_sendsTheSameAgain_andItRunsOnce() throws InterruptedException {
        String key = "unconfirmed-" + UUID.randomUUID();
        String broker = HARNESS.broker().url();
        int port = URI.create(broker).getPort();
        try (StoreProxy proxy = new StoreProxy(port);
                TaskClient unlucky = CeleryClient.connect(ClientConfig.of(
                                broker.replace(":" + port, ":" + proxy.port()),
                                TestStore.shared().url(0))
                        .withDefaultQueue(QUEUE))) {
            unlucky.send("proj.add", 1, 1).get(LIMIT); // connected
            proxy.swallowReplies(true);
            CompletableFuture<AsyncResult> sent =
                    unlucky.sendAsync(Signature.of("ledger.work", key, 0), SendOptions.NONE);
            await().atMost(LIMIT).until(() -> HARNESS.ledger().ends(key).size() == 1);
            assertThat(sent).isNotDone();

            proxy.cut();
            proxy.mend();

            assertThat(sent).succeedsWithin(LIMIT);
            assertThat(sent.join().get(LIMIT)).isEqualTo(key);
        }
        await().atMost(LIMIT).until(() -> HARNESS.publisher().ready(QUEUE) == 0);
        assertThat(HARNESS.ledger().starts(key)).hasSize(1);
    }

    @Test
    void storeAwayWhileAResultIsAwaited_isATimeout_andTheResultComesLater() throws InterruptedException {
        String key = "away-" + UUID.randomUUID();
        int port = URI.create(TestStore.shared().url(0)).getPort();
        try (StoreProxy proxy = new StoreProxy(port);
                TaskClient far =
                        CeleryClient.connect(ClientConfig.of(HARNESS.broker().url(), proxy.redisUrl())
                                .withDefaultQueue(QUEUE))) {
            AsyncResult gated = far.send("ledger.gated", key);
            assertThat(gated.ready()).isFalse(); // connected
            proxy.cut();

            assertThatExceptionOfType(ResultTimeoutException.class)
                    .isThrownBy(() -> gated.get(Duration.ofMillis(300)))
                    .withMessageContaining(proxy.redisUrl())
                    .withMessageContaining("does not answer");

            proxy.mend();
            HARNESS.ledger().open(key);
            assertThat(gated.get(LIMIT)).isEqualTo(key);
        }
    }

    @Test
    void whatAHandlerSends_isAChildOfItsTask() throws InterruptedException {
        String key = "child-" + UUID.randomUUID();
        AsyncResult call = client.send("calls.sends", key, QUEUE);

        Object returned = call.get(LIMIT);

        assertThat(call.children()).hasSize(1);
        AsyncResult child = call.children().get(0);
        assertThat(child.get(LIMIT)).isEqualTo(key);
        assertThat(returned).isEqualTo(Arrays.asList(Arrays.asList(child.id(), null), null));
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

    /** With the command and the class path of examples/client/README.md, which hold no worker. */
    @Test
    void exampleSendsFromAProgramOfItsOwn(@TempDir Path folder) throws IOException, InterruptedException {
        Path target = Path.of("..", "examples", "client", "target");
        Path output = folder.resolve("output");
        ProcessBuilder command = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        target.resolve("example-client.jar") + File.pathSeparator + target.resolve("lib") + "/*",
                        "dev.sedano.examples.client.SendTasks")
                .redirectError(folder.resolve("errors").toFile())
                .redirectOutput(output.toFile());
        command.environment()
                .putAll(Map.of(
                        "BROKER", HARNESS.broker().url(),
                        "BACKEND", TestStore.shared().url(0),
                        "QUEUE", QUEUE));
        Process program = command.start();
        try {
            assertThat(program.waitFor(60, TimeUnit.SECONDS)).isTrue();
        } finally {
            program.destroyForcibly();
        }
        assertThat(Files.readAllLines(output))
                .as(Files.readString(folder.resolve("errors")))
                .containsExactly(
                        "task: 5",
                        "chain: 42",
                        "group: [2, 4]",
                        "chord: 12",
                        "charged once: true",
                        "failed: RuntimeError[no luck]");
        assertThat(program.exitValue()).isZero();
    }
}
