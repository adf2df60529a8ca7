package dev.sedano.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sedano.conformance.harness.CeleryMessage;
import dev.sedano.conformance.harness.Harness;
import dev.sedano.conformance.harness.PythonWorker;
import dev.sedano.conformance.harness.TestBroker;
import dev.sedano.conformance.harness.TestStore;
import dev.sedano.conformance.harness.WorkerProcess;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A worker in Python, with mingle and gossip, and ours on one broker. */
final class NeighboursIT {
    private static final TestBroker BROKER = TestBroker.start();

    @RegisterExtension
    static final Harness HARNESS = new Harness(BROKER);

    private static final Duration LIMIT = Duration.ofSeconds(20);

    private final String queue = HARNESS.queue();
    private final String pythons = HARNESS.queue();
    private final String node = "java@" + queue;
    private final CelerySession celery =
            new CelerySession(BROKER.url(), TestStore.shared().url(0), queue);
    private final RemoteControl control = new RemoteControl(celery, node);

    @AfterAll
    static void stopBroker() {
        BROKER.close();
    }

    private WorkerProcess startOurs() {
        WorkerProcess worker = HARNESS.start(HARNESS.worker(queue).node(node));
        await().atMost(LIMIT).until(() -> control.answers(Map.of("destination", List.of(node))));
        return worker;
    }

    private PythonWorker startPython() {
        return HARNESS.own(PythonWorker.startSociable(PythonWorker.Setup.solo(HARNESS, pythons)));
    }

    private static void assertUnharmed(PythonWorker python) {
        assertThat(python.log()).doesNotContain("Traceback", "Unrecoverable", "drift");
    }

    @Test
    void oursFirst_pythonLearnsWhatIsRevoked_andSeesItComeAndGo() {
        WorkerProcess ours = startOurs();
        control.ok("revoke", Map.of("task_id", "revoked-" + queue));

        PythonWorker python = startPython();

        await().atMost(LIMIT).until(() -> python.log().contains("mingle: sync complete"));
        RemoteControl pythonsControl = new RemoteControl(celery, python.node());
        assertThat(pythonsControl.ask("revoked", Map.of()).toString()).contains("revoked-" + queue);
        assertThat(control.commandLine("status").get("out").stringValue())
                .contains(node + ": OK", python.node() + ": OK");

        ours.term();
        assertThat(ours.awaitExit(LIMIT)).isZero();
        HARNESS.publisher().publish(pythons, CeleryMessage.of("ledger.work", queue, 0));
        await().atMost(LIMIT).until(() -> HARNESS.ledger().ends(queue).size() == 1);
        assertUnharmed(python);
    }

    @Test
    void pythonFirst_oursLearnsWhatIsRevoked_andTheTime() {
        PythonWorker python = startPython();
        RemoteControl pythonsControl = new RemoteControl(celery, python.node());
        assertThat(pythonsControl.ok("revoke", Map.of("task_id", "told-" + queue)))
                .contains("told-" + queue);
        long theirs = pythonsControl.ask("clock", Map.of()).get("clock").longValue();

        startOurs();

        await().atMost(LIMIT)
                .untilAsserted(() ->
                        assertThat(control.ask("revoked", Map.of()).toString()).contains("told-" + queue));
        assertThat(control.ask("clock", Map.of()).get("clock").longValue()).isGreaterThan(theirs);
        assertUnharmed(python);
    }

    @Test
    void twoOfOneName_bothWork_andOneAnswers() {
        WorkerProcess first = startOurs();
        WorkerProcess second = HARNESS.start(HARNESS.worker(queue).node(node));

        await().atMost(LIMIT).until(() -> second.log().contains("give each a name of its own"));
        assertThat(control.answers(Map.of("destination", List.of(node)))).isTrue();
        assertThat(first.isReady() && second.isReady()).isTrue();
    }
}
