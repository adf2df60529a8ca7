package dev.sedano.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import dev.sedano.task.Canvas;
import dev.sedano.task.Signature;
import dev.sedano.task.client.AsyncResult;
import dev.sedano.task.client.ResultTimeoutException;
import dev.sedano.task.client.ResultsException;
import dev.sedano.task.client.SendException;
import dev.sedano.task.client.SendOptions;
import dev.sedano.task.client.TaskClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a caller is told when nobody is there, or the settings cannot be used. */
@Timeout(60)
class UnreachableServersTest {
    private static final Signature ADD = Signature.of("proj.add", 1, 2);

    /** A port on which nobody listens. */
    private static int nobody() {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static ClientConfig config() {
        return ClientConfig.of("amqp://someone:secret@127.0.0.1:" + nobody() + "//")
                .withSending(Duration.ofMillis(400), 2);
    }

    @Test
    void withoutABroker_sendEndsInTime_andNothingWasSent() {
        try (TaskClient client = CeleryClient.connect(config())) {
            assertThatExceptionOfType(SendException.class)
                    .isThrownBy(() -> client.send(ADD, SendOptions.id("my-id")))
                    .withMessageContaining("nothing was sent")
                    .withMessageNotContaining("secret")
                    .satisfies(refused -> {
                        assertThat(refused.taskId()).isEqualTo("my-id");
                        assertThat(refused.mayHaveBeenSent()).isFalse();
                    });
        }
    }

    @Test
    void moreMessagesThanMayBeUnconfirmed_waitNoLongerThanASend() {
        try (TaskClient client = CeleryClient.connect(config())) {
            assertThatExceptionOfType(SendException.class)
                    .isThrownBy(() -> client.send(Canvas.group(ADD, ADD, ADD, ADD)));
        }
    }

    @Test
    void closedClientSendsNothing() {
        TaskClient client = CeleryClient.connect(config());
        client.close();

        assertThatExceptionOfType(SendException.class)
                .isThrownBy(() -> client.send(ADD))
                .withMessageContaining("closed");
        client.close();
    }

    @Test
    void withoutABackend_sendingIsTried_andResultsAreRefused() {
        try (TaskClient client = CeleryClient.connect(config())) {
            assertThatExceptionOfType(ResultsException.class)
                    .isThrownBy(() -> client.result("some").ready())
                    .withMessageContaining("result_backend");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> client.send(Canvas.chord(Canvas.group(ADD), ADD)))
                    .withMessageContaining("Redis");
        }
    }

    @Test
    void withoutRedis_theWaitEnds_andAChordBeginsNothing() {
        ClientConfig lonely = config().withResults("redis://:secret@127.0.0.1:" + nobody() + "/0");
        try (TaskClient client = CeleryClient.connect(lonely)) {
            assertThatExceptionOfType(ResultTimeoutException.class)
                    .isThrownBy(() -> client.result("some").get(Duration.ofMillis(300)))
                    .withMessageContaining("does not answer")
                    .withMessageNotContaining("secret");
            assertThatExceptionOfType(ResultsException.class)
                    .isThrownBy(() -> client.result("some").state())
                    .withMessageNotContaining("secret");
            assertThatExceptionOfType(SendException.class)
                    .isThrownBy(() -> client.send(Canvas.chord(Canvas.group(ADD), ADD)))
                    .withMessageContaining("nothing was sent");
        }
    }

    @Test
    void sentinelsThatAreAway_keepNoClientFromBeingMade() {
        ClientConfig lonely = config().withResults("sentinel://:secret@127.0.0.1:" + nobody() + "/main/0");
        try (TaskClient client = CeleryClient.connect(lonely)) {
            assertThatExceptionOfType(ResultTimeoutException.class)
                    .isThrownBy(() -> client.result("some").get(Duration.ofMillis(300)))
                    .withMessageContaining("sentinel://127.0.0.1")
                    .withMessageNotContaining("secret");
        }
    }

    @Test
    void withoutABroker_repliesCannotBeAwaited_soNothingIsSent() {
        try (TaskClient client = CeleryClient.connect(config().withResults("rpc://"))) {
            assertThatExceptionOfType(SendException.class)
                    .isThrownBy(() -> client.send(ADD, SendOptions.id("my-id")))
                    .withMessageContaining("queue of replies")
                    .withMessageContaining("nothing was sent")
                    .withMessageNotContaining("secret")
                    .satisfies(refused -> assertThat(refused.mayHaveBeenSent()).isFalse());
        }
    }

    /** What {@code call} throws in a thread of its own, which meets {@code disturbance} while it waits. */
    private static Throwable thrownBy(ThrowingCallable call, Consumer<Thread> disturbance) {
        CompletableFuture<Throwable> thrown = new CompletableFuture<>();
        Thread waiting = new Thread(() -> thrown.complete(catchThrowable(call)), "waits");
        waiting.start();
        await().until(() ->
                waiting.getState() == Thread.State.WAITING || waiting.getState() == Thread.State.TIMED_WAITING);
        disturbance.accept(waiting);
        assertThat(thrown).succeedsWithin(Duration.ofSeconds(20));
        return thrown.join();
    }

    @Test
    void interruptedWhileItSends_saysThatItMayBeSent() {
        ClientConfig patient = config().withSending(Duration.ofMinutes(5), 2);
        TaskClient client = CeleryClient.connect(patient);
        AtomicBoolean flag = new AtomicBoolean();

        Throwable thrown = thrownBy(
                () -> {
                    try {
                        client.send(ADD, SendOptions.id("my-id"));
                    } finally {
                        flag.set(Thread.currentThread().isInterrupted());
                    }
                },
                Thread::interrupt);

        assertThat(thrown).isInstanceOf(SendException.class).hasMessageContaining("interrupted");
        assertThat(((SendException) thrown).taskId()).isEqualTo("my-id");
        assertThat(flag).isTrue();
        Thread.currentThread().interrupt(); // close() does not wait for what cannot be sent
        client.close();
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void interruptedOrClosedWhileAResultIsAwaited() {
        for (String backend : new String[] {"redis://127.0.0.1:" + nobody() + "/0", "rpc://"}) {
            TaskClient client = CeleryClient.connect(config().withResults(backend));
            AsyncResult result = client.result("some");

            assertThat(thrownBy(() -> result.get(Duration.ofHours(1)), Thread::interrupt))
                    .isInstanceOf(InterruptedException.class);
            assertThat(thrownBy(() -> result.get(Duration.ofHours(1)), thread -> client.close()))
                    .isInstanceOf(ResultsException.class)
                    .hasMessageContaining("closed");
        }
    }

    /** It waits for what ends elsewhere, and other futures end meanwhile. */
    @Test
    void whatFollowsAnAsynchronousSend_maySendAndWait() {
        try (TaskClient client = CeleryClient.connect(config())) {
            CompletableFuture<Throwable> sends = client.sendAsync(ADD, SendOptions.NONE)
                    .handle((result, failure) -> catchThrowable(() -> client.send(ADD)));
            CompletableFuture<Throwable> waits = client.sendAsync(ADD, SendOptions.NONE)
                    .handle((result, failure) -> catchThrowable(
                            () -> client.sendAsync(ADD, SendOptions.NONE).get(20, TimeUnit.SECONDS)));

            assertThat(sends).succeedsWithin(Duration.ofSeconds(20)).isInstanceOf(SendException.class);
            assertThat(waits).succeedsWithin(Duration.ofSeconds(20)).isInstanceOf(ExecutionException.class);
        }
    }

    /** The next callers wait like those of a slow broker, instead of filling the memory. */
    @Test
    void whatFollowsAnAsynchronousSendIsSlow_soFurtherOnesAreRefused() throws InterruptedException {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch end = new CountDownLatch(1);
        try (TaskClient client = CeleryClient.connect(config())) {
            CompletableFuture<Throwable> slow = client.sendAsync(ADD, SendOptions.NONE)
                    .handle((result, failure) -> {
                        begun.countDown();
                        return catchThrowable(end::await);
                    });
            assertThat(begun.await(20, TimeUnit.SECONDS)).isTrue();
            CompletableFuture<AsyncResult> behind = client.sendAsync(ADD, SendOptions.NONE);

            assertThatExceptionOfType(SendException.class)
                    .isThrownBy(() -> client.sendAsync(ADD, SendOptions.id("my-id")))
                    .withMessageContaining("2 calls of sendAsync")
                    .withMessageContaining("nothing was sent")
                    .satisfies(refused -> assertThat(refused.taskId()).isEqualTo("my-id"));

            end.countDown();
            assertThat(slow).succeedsWithin(Duration.ofSeconds(20)).isNull();
            assertThat(behind).failsWithin(Duration.ofSeconds(20));
            assertThat(client.sendAsync(ADD, SendOptions.NONE).exceptionally(failure -> {
                        assertThat(failure).isInstanceOf(SendException.class);
                        return client.result("some");
                    }))
                    .succeedsWithin(Duration.ofSeconds(20));
        }
    }

    /** Each of them has a thread while it waits for a future, so their number is bounded until they end. */
    @Test
    void whatFollowsAsynchronousSendsNeverEnds_soFurtherOnesAreRefused_andThereAreFewThreads() {
        CompletableFuture<Void> never = new CompletableFuture<>();
        CountDownLatch begun = new CountDownLatch(2);
        try (TaskClient client = CeleryClient.connect(config())) {
            List<CompletableFuture<Void>> waiting = IntStream.range(0, 2)
                    .mapToObj(each -> client.sendAsync(ADD, SendOptions.NONE).handle((result, failure) -> {
                        begun.countDown();
                        return never.join();
                    }))
                    .toList();
            await().until(() -> begun.getCount() == 0);

            for (int each = 0; each < 3; each++) {
                assertThatExceptionOfType(SendException.class)
                        .isThrownBy(() -> client.sendAsync(ADD, SendOptions.NONE))
                        .withMessageContaining("2 calls of sendAsync")
                        .withMessageContaining("nothing was sent");
            }
            assertThat(Thread.getAllStackTraces().keySet())
                    .filteredOn(thread -> thread.getName().equals("sedano-client-callbacks"))
                    .hasSizeLessThanOrEqualTo(3);

            never.complete(null);
            assertThat(waiting).allSatisfy(each -> assertThat(each).succeedsWithin(Duration.ofSeconds(20)));
            assertThat(client.sendAsync(ADD, SendOptions.NONE)).failsWithin(Duration.ofSeconds(20));
        }
    }

    @Test
    void whatFollowsAnAsynchronousSend_mayCloseTheClient() {
        TaskClient client = CeleryClient.connect(config());

        CompletableFuture<String> closed = client.sendAsync(ADD, SendOptions.NONE)
                .handle((result, failure) -> {
                    client.close();
                    return Thread.currentThread().getName();
                });

        assertThat(closed).succeedsWithin(Duration.ofSeconds(20)).isEqualTo("sedano-client-callbacks");
        await().until(() -> Thread.getAllStackTraces().keySet().stream()
                .noneMatch(thread -> thread.getName().equals("sedano-client-callbacks")));
    }

    @Test
    void settingsThatCannotBeUsed_nameTheCure() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> CeleryClient.connect(ClientConfig.of("http://broker")))
                .withMessageContaining("amqp://");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> CeleryClient.connect(config().withPayload("pickle", null)))
                .withMessageContaining("json");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> CeleryClient.connect(config().withPayload("json", "brotli")));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> CeleryClient.connect(config().withResults("redis+cluster://a:1,b:2")))
                .withMessageContaining("Cluster");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> config().withResultKeyPrefix("\n"))
                .withMessageContaining("resultKeyPrefix")
                .withMessageContaining("global_keyprefix");
    }

    @Test
    void callsThatCannotBeWritten_areRefusedAtOnce() {
        try (TaskClient client = CeleryClient.connect(config())) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> client.send(ADD, SendOptions.NONE.serializer("pickle")))
                    .withMessageContaining("json");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> client.send(ADD, SendOptions.queue("q".repeat(256))))
                    .withMessageContaining("255");
            assertThatIllegalArgumentException().isThrownBy(() -> client.send(Canvas.chain()));
        }
    }
}
