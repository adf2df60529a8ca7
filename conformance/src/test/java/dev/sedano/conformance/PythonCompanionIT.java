package dev.sedano.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.rabbitmq.client.GetResponse;
import dev.sedano.conformance.harness.CallingTasks;
import dev.sedano.conformance.harness.CeleryMessage;
import dev.sedano.conformance.harness.Harness;
import dev.sedano.conformance.harness.Ledger;
import dev.sedano.conformance.harness.PythonWorker;
import dev.sedano.conformance.harness.TestStore;
import dev.sedano.conformance.harness.WorkerProcess;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;

/** One key, a Java worker and a Celery worker with the companion, each on a queue of its own. */
final class PythonCompanionIT {
    @RegisterExtension
    static final Harness HARNESS = new Harness();

    private static final String JAVA = HARNESS.queue();
    private static final String PYTHON = HARNESS.queue();
    /** By its renewal, or when the task ended: whichever comes first after the thaw. */
    private static final Pattern FOUND_OUT = Pattern.compile("another owner took over|taken over by another owner");

    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final Duration SHORT_LEASE = Duration.ofSeconds(3);

    private static WorkerProcess javaWorker;
    private static PythonWorker pythonWorker;
    private static StoredResult results;

    /** Which worker gets the first copy; the other one gets the second. */
    enum First {
        JAVA_FIRST,
        PYTHON_FIRST;

        String first() {
            return this == JAVA_FIRST ? JAVA : PYTHON;
        }

        String second() {
            return this == JAVA_FIRST ? PYTHON : JAVA;
        }
    }

    @BeforeAll
    static void startWorkers() {
        results = new StoredResult(TestStore.shared().connect(0));
        pythonWorker = PythonWorker.start(PythonWorker.Setup.solo(HARNESS, PYTHON));
        javaWorker = HARNESS.start(HARNESS.worker(JAVA)
                .environment(CallingTasks.BROKER, HARNESS.broker().url())
                .environment(CallingTasks.BACKEND, TestStore.shared().url(0)));
    }

    @AfterAll
    static void stopWorkers() {
        if (pythonWorker != null) {
            pythonWorker.close();
        }
        results.close();
    }

    private static CeleryMessage keyed(String key, String work) {
        return CeleryMessage.of("ledger.work", work, 0).header("idempotency_key", key);
    }

    private static void publish(String queue, CeleryMessage message) {
        HARNESS.publisher().publish(queue, message);
    }

    private static String name(String what, First order) {
        return what + "-" + order + "-" + UUID.randomUUID();
    }

    private static List<Ledger.Entry> awaitEnds(String key, int count) {
        return await("end of " + key)
                .atMost(LIMIT)
                .until(() -> HARNESS.ledger().ends(key), ends -> ends.size() >= count);
    }

    private static void awaitStarts(String key, int count) {
        await("start of " + key)
                .atMost(LIMIT)
                .until(() -> HARNESS.ledger().starts(key).size() >= count);
    }

    @ParameterizedTest
    @EnumSource
    void duplicateInTheOtherLanguage_getsTheStoredResult(First order) {
        String work = name("duplicate", order);
        CeleryMessage first = keyed(UUID.randomUUID().toString(), work);
        CeleryMessage second = first.withId(UUID.randomUUID().toString());
        publish(order.first(), first);
        results.await(first.id());

        publish(order.second(), second);

        assertThat(results.await(second.id()).get("result").stringValue()).isEqualTo(work);
        assertThat(results.await(second.id()).get("task_id").stringValue()).isEqualTo(second.id());
        assertThat(results.await(second.id()).get("date_done"))
                .isEqualTo(results.await(first.id()).get("date_done"));
        assertThat(HARNESS.ledger().starts(work)).hasSize(1);
    }

    @ParameterizedTest
    @EnumSource
    void failureIsAnOutcomeInTheOtherLanguageToo(First order) {
        String work = name("failure", order);
        CeleryMessage first = CeleryMessage.of("ledger.fail", work, "no")
                .header("idempotency_key", UUID.randomUUID().toString());
        CeleryMessage second = first.withId(UUID.randomUUID().toString());
        publish(order.first(), first);
        results.await(first.id());

        publish(order.second(), second);

        assertThat(results.await(second.id()).at("/result"))
                .isEqualTo(results.await(first.id()).at("/result"));
        assertThat(results.await(second.id()).get("status").stringValue()).isEqualTo("FAILURE");
        assertThat(HARNESS.ledger().starts(work)).hasSize(1);
    }

    @Test
    void aHandlerReadsPythonsFailures_asTypedExceptions_andPassesThemOn() {
        String key = name("read", First.JAVA_FIRST);
        CeleryMessage catches = CeleryMessage.of("calls.catches", key, PYTHON);
        CeleryMessage passesOn = CeleryMessage.of("calls.passes_on", key, PYTHON);
        publish(JAVA, catches);
        publish(JAVA, passesOn);

        assertThat(results.await(catches.id()).get("result").stringValue())
                .isEqualTo("builtins.ValueError[no stock] true, no stock");
        JsonNode failed = results.await(passesOn.id());
        assertThat(failed.get("status").stringValue()).isEqualTo("FAILURE");
        assertThat(failed.at("/result/exc_type").stringValue()).isEqualTo("ValueError");
        assertThat(failed.at("/result/exc_module").stringValue()).isEqualTo("builtins");
        assertThat(failed.at("/result/exc_message/0").stringValue()).isEqualTo("no stock");
    }

    @ParameterizedTest
    @EnumSource
    void copyOfRunningWork_waits_andThenGetsItsResult(First order) {
        String work = name("running", order);
        CeleryMessage first = CeleryMessage.of("ledger.gated", work)
                .header("idempotency_key", UUID.randomUUID().toString());
        CeleryMessage second = first.withId(UUID.randomUUID().toString());
        publish(order.first(), first);
        awaitStarts(work, 1);

        publish(order.second(), second);
        if (order == First.JAVA_FIRST) {
            await("a copy in a wait queue").atMost(LIMIT).until(() -> waiting() > 0);
        } else {
            await("held").atMost(LIMIT).until(() -> javaWorker.metrics().sum("sedano_held") > 0);
        }
        HARNESS.ledger().open(work);

        assertThat(results.await(first.id()).get("result").stringValue()).isEqualTo(work);
        await("the second caller's result")
                .atMost(LIMIT)
                .untilAsserted(() -> assertThat(results.redis().get("celery-task-meta-" + second.id()))
                        .isNotNull());
        assertThat(results.await(second.id()).get("result").stringValue()).isEqualTo(work);
        assertThat(HARNESS.ledger().starts(work)).hasSize(1);
    }

    /** Copies in the wait queues of the Python worker's queue that last up to 32 s. */
    private static long waiting() {
        return Stream.of(1, 2, 4, 8, 16, 32)
                .mapToLong(seconds -> HARNESS.publisher().ready(PYTHON + ".wait." + seconds + "s"))
                .sum();
    }

    @ParameterizedTest
    @EnumSource
    void otherWorkUnderTheKey_isAConflictInTheOtherLanguage(First order) {
        String key = UUID.randomUUID().toString();
        CeleryMessage first = keyed(key, name("conflict-a", order));
        String other = name("conflict-b", order);
        CeleryMessage second = keyed(key, other);
        publish(order.first(), first);
        results.await(first.id());

        publish(order.second(), second);

        assertThat(results.await(second.id()).at("/result/exc_type").stringValue())
                .isEqualTo("IdempotencyConflict");
        GetResponse dead = HARNESS.publisher().take(order.second() + ".dead", LIMIT);
        assertThat(dead.getProps().getHeaders().get("id")).hasToString(second.id());
        assertThat(dead.getProps().getHeaders().get("x-sedano-reason")).hasToString("conflict");
        assertThat(dead.getProps().getHeaders().get("x-sedano-queue")).hasToString(order.second());
        assertThat(HARNESS.ledger().starts(other)).isEmpty();
    }

    @Test
    void keyOfAnArgument_isTheSameInBothLanguages() {
        String work = "argument-" + UUID.randomUUID();
        CeleryMessage first = CeleryMessage.of("ledger.keyed", work, 0);
        CeleryMessage second = CeleryMessage.of("ledger.keyed", work, 0);
        publish(JAVA, first);
        results.await(first.id());

        publish(PYTHON, second);

        assertThat(results.await(second.id()).get("result").stringValue()).isEqualTo(work);
        assertThat(HARNESS.ledger().starts(work)).hasSize(1);
    }

    @Test
    void pythonWorkerKilledInMidRun_javaTakesOver_announced() {
        String queue = HARNESS.queue();
        String work = "python-dies-" + UUID.randomUUID();
        CeleryMessage message = CeleryMessage.of("ledger.gated", work);
        PythonWorker dies = HARNESS.own(
                PythonWorker.start(PythonWorker.Setup.solo(HARNESS, queue).lease(SHORT_LEASE)));
        publish(queue, message);
        awaitStarts(work, 1);
        WorkerProcess heir = HARNESS.start(HARNESS.worker(queue).options("--lease", SHORT_LEASE.toSeconds() + "s"));

        dies.kill9();
        awaitStarts(work, 2);
        HARNESS.ledger().open(work);

        Ledger.Entry end = awaitEnds(work, 1).get(0);
        assertThat(end.pid()).isEqualTo(heir.pid());
        assertThat(end.mayHaveRunBefore()).isTrue();
        assertThat(end.token())
                .isGreaterThan(HARNESS.ledger().starts(work).get(0).token());
        assertThat(HARNESS.ledger().starts(work).get(0).mayHaveRunBefore()).isFalse();
        assertThat(results.await(message.id()).get("result").stringValue()).isEqualTo(work);
        assertThat(HARNESS.ledger().starts(work)).hasSize(2);
    }

    @Test
    void javaWorkerKilledInMidRun_pythonTakesOver_announced() {
        String queue = HARNESS.queue();
        String work = "java-dies-" + UUID.randomUUID();
        CeleryMessage message = CeleryMessage.of("ledger.gated", work);
        WorkerProcess dies = HARNESS.start(HARNESS.worker(queue).options("--lease", SHORT_LEASE.toSeconds() + "s"));
        publish(queue, message);
        awaitStarts(work, 1);
        HARNESS.own(PythonWorker.start(PythonWorker.Setup.solo(HARNESS, queue).lease(SHORT_LEASE)));

        dies.kill9();
        awaitStarts(work, 2);
        HARNESS.ledger().open(work);

        Ledger.Entry end = awaitEnds(work, 1).get(0);
        assertThat(end.pid()).isNotEqualTo(dies.pid());
        assertThat(end.mayHaveRunBefore()).isTrue();
        assertThat(results.await(message.id()).get("result").stringValue()).isEqualTo(work);
        assertThat(HARNESS.ledger().starts(work)).hasSize(2);
    }

    @Test
    void processOfThePoolKilledInMidRun_runsAgain_announced() {
        String queue = HARNESS.queue();
        String work = "child-dies-" + UUID.randomUUID();
        CeleryMessage message = CeleryMessage.of("ledger.gated", work);
        PythonWorker worker = HARNESS.own(PythonWorker.start(
                PythonWorker.Setup.solo(HARNESS, queue).prefork().lease(SHORT_LEASE)));
        publish(queue, message);
        awaitStarts(work, 1);

        worker.killChild(HARNESS.ledger().starts(work).get(0).pid());
        awaitStarts(work, 2);
        HARNESS.ledger().open(work);

        assertThat(awaitEnds(work, 1).get(0).mayHaveRunBefore()).isTrue();
        assertThat(results.await(message.id()).get("result").stringValue()).isEqualTo(work);
    }

    @Test
    void pythonWorkerFrozenForLongerThanItsLease_losesItsKey_andItsResult() {
        String queue = HARNESS.queue();
        String work = "frozen-" + UUID.randomUUID();
        CeleryMessage message = CeleryMessage.of("ledger.gated", work);
        PythonWorker frozen = HARNESS.own(
                PythonWorker.start(PythonWorker.Setup.solo(HARNESS, queue).lease(SHORT_LEASE)));
        publish(queue, message);
        awaitStarts(work, 1);

        frozen.freeze();
        publish(JAVA, message); // as the broker does when it takes the connection for dead
        awaitStarts(work, 2);
        HARNESS.ledger().open(work);
        Ledger.Entry heir = awaitEnds(work, 1).get(0);
        JsonNode result = results.await(message.id());
        frozen.thaw();

        awaitEnds(work, 2);
        await("the late result is dropped")
                .atMost(LIMIT)
                .until(() -> FOUND_OUT.matcher(frozen.log()).find());
        await("its copy is known as a duplicate")
                .atMost(LIMIT)
                .until(() -> frozen.log().contains("duplicate of task ledger.gated: id " + message.id()));
        assertThat(heir.pid()).isEqualTo(javaWorker.pid());
        assertThat(heir.mayHaveRunBefore()).isTrue();
        assertThat(results.await(message.id())).isEqualTo(result);
    }

    @Test
    void retryAskedForInPython_runsInJava_andOldCopiesDoNotRun() {
        String work = "retry-python-" + UUID.randomUUID();
        CeleryMessage message = retrying(work, JAVA);
        publish(PYTHON, message);
        awaitStarts(work, 1);

        HARNESS.ledger().open(work);

        assertRetried(message, work, PYTHON);
        assertThat(HARNESS.ledger().ends(work).get(0).pid()).isEqualTo(javaWorker.pid());
    }

    @Test
    void retryAskedForInJava_runsInPython_andOldCopiesDoNotRun() {
        String queue = HARNESS.queue();
        String work = "retry-java-" + UUID.randomUUID();
        CeleryMessage message = retrying(work, null);
        WorkerProcess first = HARNESS.start(HARNESS.worker(queue));
        publish(queue, message);
        awaitStarts(work, 1);
        HARNESS.own(PythonWorker.start(PythonWorker.Setup.solo(HARNESS, queue)));

        first.term();
        await("it takes no more").atMost(LIMIT).until(() -> !first.isReady());
        HARNESS.ledger().open(work);

        assertRetried(message, work, queue);
        assertThat(HARNESS.ledger().ends(work).get(0).pid()).isNotEqualTo(first.pid());
    }

    /** A task with an explicit key that asks for one retry when its gate is open. */
    private static CeleryMessage retrying(String work, @Nullable String queue) {
        return CeleryMessage.of("ledger.retry", work, 1, queue)
                .header("idempotency_key", UUID.randomUUID().toString());
    }

    private static void assertRetried(CeleryMessage message, String work, String queue) {
        assertThat(results.await(message.id(), stored -> stored.contains("SUCCESS"))
                        .get("result")
                        .intValue())
                .isEqualTo(1);
        CeleryMessage sameKey = message.withId(UUID.randomUUID().toString());
        publish(queue, message);
        publish(queue, sameKey);
        assertThat(results.await(sameKey.id()).get("result").intValue()).isEqualTo(1);
        assertThat(HARNESS.ledger().starts(work)).hasSize(2).noneMatch(Ledger.Entry::mayHaveRunBefore);
    }
}
