package dev.sedano.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.sedano.client.CeleryClient;
import dev.sedano.client.ClientConfig;
import dev.sedano.conformance.harness.Harness;
import dev.sedano.conformance.harness.PythonWorker;
import dev.sedano.conformance.harness.TestStore;
import dev.sedano.task.Canvas;
import dev.sedano.task.Signature;
import dev.sedano.task.client.AsyncResult;
import dev.sedano.task.client.TaskClient;
import dev.sedano.task.client.TaskFailure;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The Java client with replies over the broker from our worker, and with a real Celery worker. */
final class ClientRpcIT {
    @RegisterExtension
    static final Harness HARNESS = new Harness();

    private static final Duration LIMIT = Duration.ofSeconds(30);

    @Test
    void repliesComeBack() throws InterruptedException {
        String queue = HARNESS.queue();
        HARNESS.start(
                HARNESS.worker(queue).backend("rpc://").store(TestStore.shared().url(0)));
        try (TaskClient client = CeleryClient.connect(
                ClientConfig.of(HARNESS.broker().url(), "rpc://").withDefaultQueue(queue))) {
            AsyncResult sum = client.send("proj.add", 2, 3);
            AsyncResult all = client.send(Canvas.group(Signature.of("proj.add", 1, 1), Signature.of("proj.mul", 3, 3)));

            assertThat(sum.get(LIMIT)).isEqualTo(5L);
            assertThat(all.get(LIMIT)).isEqualTo(List.of(2L, 9L));
            assertThatExceptionOfType(TaskFailure.class)
                    .isThrownBy(() ->
                            client.send("ledger.fail", "rpc-client", "why").get(LIMIT))
                    .satisfies(failure ->
                            assertThat(failure.is("builtins", "RuntimeError")).isTrue());
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> client.send(
                            Canvas.chord(Canvas.group(Signature.of("proj.add", 1, 1)), Signature.of("proj.tsum"))))
                    .withMessageContaining("Redis");
        }
    }

    @Test
    void pythonRunsWhatJavaSends_andItsFailuresAreTyped() throws InterruptedException {
        String queue = HARNESS.queue();
        HARNESS.own(PythonWorker.start(PythonWorker.Setup.solo(HARNESS, queue)));
        String key = "python-" + UUID.randomUUID();
        try (TaskClient client = CeleryClient.connect(
                ClientConfig.of(HARNESS.broker().url(), TestStore.shared().url(0))
                        .withDefaultQueue(queue))) {
            AsyncResult done = client.send("ledger.work", key, 0);
            AsyncResult chain = client.send(Canvas.chain(
                    Signature.of("ledger.work", key + "-1", 0),
                    Signature.of("ledger.work", 0).option("queue", queue)));
            AsyncResult failed = client.send("ledger.fail", key, "no stock");

            assertThat(done.get(LIMIT)).isEqualTo(key);
            assertThat(chain.get(LIMIT)).isEqualTo(key + "-1");
            assertThatExceptionOfType(TaskFailure.class)
                    .isThrownBy(() -> failed.get(LIMIT))
                    .satisfies(failure -> {
                        assertThat(failure.is("builtins", "ValueError")).isTrue();
                        assertThat(failure.args()).isEqualTo(List.of("no stock"));
                        assertThat(failure.remoteTraceback()).contains("Traceback (most recent call last)");
                    });
        }
    }
}
