package dev.sedano.worker.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.rabbitmq.client.GetResponse;
import dev.sedano.task.Task;
import dev.sedano.task.TaskContext;
import dev.sedano.worker.runtime.Worker;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;

/** {@code sedano parked} and {@code sedano dead} on a real store and broker. */
class SetAsideCommandsIT {
    private static OperatorBench bench;
    private String queue = "";

    /** Says how it was called. */
    static final class Charges {
        final List<String> runs = new CopyOnWriteArrayList<>();

        @Task(OperatorBench.TASK)
        String charge(TaskContext context, String account) {
            runs.add(account + " " + context.mayHaveRunBefore());
            return "charged";
        }
    }

    @BeforeAll
    static void start() throws Exception {
        bench = new OperatorBench();
    }

    @AfterAll
    static void stop() throws Exception {
        bench.close();
    }

    @BeforeEach
    void names(TestInfo info) {
        queue = info.getTestMethod().orElseThrow().getName();
        bench.namespace = queue;
    }

    @Test
    void rerun_ofTwoCopies_runsOnceAndAnnounced(@TempDir Path stateDir) throws Exception {
        Charges charges = new Charges();
        Worker worker = Worker.builder()
                .broker(bench.rabbit.url())
                .resultBackend(bench.redis.url(0))
                .queues(queue)
                .tasks(charges)
                .configure(config -> config.http(null).stateDir(stateDir).namespace(bench.namespace))
                .build();
        CompletableFuture<Worker.Ending> ending = CompletableFuture.supplyAsync(worker::run);
        try {
            await().atMost(Duration.ofSeconds(30))
                    .untilAsserted(() -> assertThat(bench.jedis.hget("sed:{" + queue + "}:h", "e"))
                            .isNotNull());
            bench.parkedRecord("t1", "secret-account");
            bench.setAside(queue, "parked", "t1", "secret-account", "parked");
            bench.setAside(queue, "parked", "t1", "secret-account", "parked");

            assertThat(bench.sedano("parked", "list", "-Q", queue)).isZero();
            assertThat(bench.out)
                    .contains("t1", "parked", OperatorBench.TASK, " 2 ")
                    .doesNotContain("secret");
            assertThat(bench.sedano("parked", "show", "t1", "-Q", queue)).isZero();
            assertThat(bench.out).contains("w1@a", "sedano parked rerun").doesNotContain("secret");
            assertThat(bench.sedano("parked", "show", "t1", "-Q", queue, "--payload"))
                    .isZero();
            assertThat(bench.out).contains("secret-account");
            assertThat(bench.waiting(queue + ".parked")).isEqualTo(2);

            assertThat(bench.sedano("parked", "rerun", "t1", "-Q", queue))
                    .as(bench.err)
                    .isZero();

            assertThat(bench.out).contains("back in queue " + queue, "2 copies removed");
            await().atMost(Duration.ofSeconds(30))
                    .untilAsserted(() -> assertThat(bench.jedis.hget(bench.record("t1"), "st"))
                            .isEqualTo("C"));
            assertThat(charges.runs).containsExactly("secret-account true");
            assertThat(bench.waiting(queue + ".parked")).isZero();
            assertThat(bench.sedano("parked", "rerun", "t1", "-Q", queue)).isEqualTo(OperatorExit.NOT_FOUND);
            assertThat(bench.sedano("audit")).isZero();
            assertThat(bench.out).contains("ann@desk", "parked-rerun", "was P", "task id t1");
            assertThat(bench.sedano("explain", "t1")).isZero();
            assertThat(bench.out)
                    .contains("parked-rerun", "completed:SUCCESS", "Tenures")
                    .doesNotContain("secret");
        } finally {
            worker.stop();
            ending.get(60, TimeUnit.SECONDS);
        }
    }

    @Test
    void rerun_againstTheStoresWord_isRefusedAndTheCopyStays() throws Exception {
        bench.parkedRecord("t1", "a");
        bench.jedis.hset(bench.record("t1"), Map.of("st", "C", "out", "SUCCESS", "cat", "1700000000000"));
        bench.setAside(queue, "parked", "t1", "a", "parked");
        bench.setAside(queue, "parked", "gone", "a", "parked");
        bench.channel.queueDeclare(queue, true, false, false, null);

        assertThat(bench.sedano("parked", "rerun", "t1", "-Q", queue)).isEqualTo(OperatorExit.REFUSED);
        assertThat(bench.err).contains("t1", "completed", "--force", "done");
        assertThat(bench.sedano("parked", "rerun", "gone", "-Q", queue)).isEqualTo(OperatorExit.NOT_FOUND);
        assertThat(bench.sedano("parked", "rerun", "--all", "-Q", queue)).isEqualTo(2);
        assertThat(bench.err).contains("--all", "--yes");
        assertThat(bench.sedano("parked", "rerun", "-Q", queue)).isEqualTo(2);
        assertThat(bench.sedano("parked", "rerun", "t1", "-Q", queue + ".parked"))
                .isEqualTo(2);
        assertThat(bench.err).contains("-Q", "name the one that the work came from");
        bench.jedis.hset(bench.record("t1"), Map.of("st", "P", "s:pay", "B:7"));
        assertThat(bench.sedano("parked", "rerun", "t1", "-Q", queue)).isEqualTo(OperatorExit.REFUSED);
        assertThat(bench.err).contains("step pay", "--step-done", "--step-undone");
        assertThat(bench.sedano("parked", "rerun", "t1", "-Q", queue, "--step-done", "pay={"))
                .isEqualTo(2);

        assertThat(bench.waiting(queue + ".parked")).isEqualTo(2);
        assertThat(bench.waiting(queue)).isZero();
        assertThat(bench.jedis.exists("sed:{" + queue + "}:audit")).isFalse();

        assertThat(bench.sedano("parked", "rerun", "t1", "-Q", queue, "--step-done", "pay={\"id\": 1}"))
                .isZero();
        assertThat(bench.jedis.hmget(bench.record("t1"), "st", "s:pay", "again"))
                .containsExactly("R", "D:{\"id\": 1}", "1");
        assertThat(bench.sedano("parked", "rerun", "--all", "--yes", "--force", "-Q", queue))
                .isZero();
        assertThat(bench.waiting(queue)).isEqualTo(2);
    }

    @Test
    void rerun_intoAMissingQueue_keepsTheCopy() throws Exception {
        bench.parkedRecord("t1", "a");
        bench.setAside(queue, "parked", "t1", "a", "parked");

        assertThat(bench.sedano("parked", "rerun", "t1", "-Q", queue)).isEqualTo(OperatorExit.UNAVAILABLE);

        assertThat(bench.err).contains("there is no queue " + queue);
        assertThat(bench.waiting(queue + ".parked")).isEqualTo(1);
        bench.channel.queueDeclare(queue, true, false, false, null);
        assertThat(bench.sedano("parked", "rerun", "t1", "-Q", queue))
                .as("repeated")
                .isZero();
        assertThat(bench.waiting(queue)).isEqualTo(1);
    }

    @Test
    void rerun_ofALostRecord_makesItAgainFromTheMessage() throws Exception {
        bench.usedStore();
        bench.setAside(queue, "parked", "t1", "a", "store_lost_data");
        bench.channel.queueDeclare(queue, true, false, false, null);

        assertThat(bench.sedano("parked", "rerun", "t1", "-Q", queue)).isZero();

        assertThat(bench.jedis.hmget(bench.record("t1"), "st", "att", "ran", "fp"))
                .containsExactly("R", "0", "1", OperatorBench.fingerprint("t1", "a"));
    }

    @Test
    void done_recordsTheOutcomeAndAnswersTheCaller() throws Exception {
        bench.parkedRecord("t1", "a");
        bench.setAside(queue, "parked", "t1", "a", "parked");
        bench.setAside(queue, "parked", "t1", "a", "parked");

        assertThat(bench.sedano("parked", "done", "t1", "-Q", queue)).isEqualTo(2);
        assertThat(bench.err).contains("--result", "--failure");
        assertThat(bench.sedano("parked", "done", "t1", "-Q", queue, "--result", "{bad"))
                .isEqualTo(2);
        assertThat(bench.err).contains("--result").doesNotContain("{bad");
        assertThat(bench.waiting(queue + ".parked")).isEqualTo(2);

        assertThat(bench.sedano("parked", "done", "t1", "-Q", queue, "--result", "{\"ok\": true}"))
                .isZero();

        assertThat(bench.out).contains("completed SUCCESS", "2 copies removed");
        assertThat(bench.jedis.get("celery-task-meta-t1"))
                .startsWith("{\"status\": \"SUCCESS\", \"result\": {\"ok\": true}")
                .endsWith("\"task_id\": \"t1\"}");
        assertThat(bench.jedis.hmget(bench.record("t1"), "st", "out")).containsExactly("C", "SUCCESS");
        assertThat(bench.waiting(queue + ".parked")).isZero();
        bench.jedis.del("celery-task-meta-t1");
    }

    @Test
    void done_ofWhatIsCompleted_onlyRemovesTheCopy() throws Exception {
        bench.parkedRecord("t1", "a");
        bench.jedis.hset(bench.record("t1"), Map.of("st", "C", "out", "FAILURE"));
        bench.setAside(queue, "parked", "t1", "a", "poison");

        assertThat(bench.sedano("parked", "done", "t1", "-Q", queue)).isZero();

        assertThat(bench.waiting(queue + ".parked")).isZero();
        assertThat(bench.jedis.hget(bench.record("t1"), "out")).isEqualTo("FAILURE");
        assertThat(bench.jedis.hget(bench.record("t1"), "ev")).contains("parked-done");
    }

    @Test
    void deadRerun_dropsWhatTheWorkerAdded_andCountsAsReturned() throws Exception {
        bench.usedStore();
        bench.setAside(queue, "dead", "t1", "a", "unknown_task");
        bench.channel.queueDeclare(queue, true, false, false, null);

        assertThat(bench.sedano("dead", "list", "-Q", queue, "--json")).isZero();
        assertThat(bench.out).contains("\"reason\": \"unknown_task\"", "\"task_id\": \"t1\"");
        assertThat(bench.sedano("dead", "rerun", "--all", "--yes", "-Q", queue)).isZero();

        GetResponse back = bench.channel.basicGet(queue, true);
        assertThat(back.getProps().getHeaders().keySet())
                .containsExactlyInAnyOrder("task", "id", "retries", "x-sedano-returned", "x-sedano-attempt");
        assertThat(back.getProps().getDeliveryMode()).isEqualTo(2);
        assertThat(bench.waiting(queue + ".dead")).isZero();
        assertThat(bench.sedano("audit", "--limit", "1")).isZero();
        assertThat(bench.out).contains("dead-rerun", "unknown_task");
        assertThat(bench.jedis.exists(bench.record("t1"))).isFalse();
    }

    @Test
    void deadRerun_ofUnroutableFollowUps_sendsThem() throws Exception {
        bench.usedStore();
        bench.setAside(queue, "dead", "t1", "a", "duplicate");
        bench.unroutable(queue, "t1", "", "next-" + queue);
        bench.unroutable(queue, "t2", "x-" + queue, "key");
        bench.channel.queueDeclare(queue, true, false, false, null);

        assertThat(bench.sedano("dead", "rerun", "--all", "--yes", "-Q", queue)).isEqualTo(OperatorExit.UNAVAILABLE);
        assertThat(bench.err).contains("there is no queue next-" + queue);
        bench.channel.queueDeclare("next-" + queue, true, false, false, null);
        assertThat(bench.sedano("dead", "rerun", "t2", "-Q", queue)).isEqualTo(OperatorExit.UNAVAILABLE);
        assertThat(bench.err).contains("there is no exchange x-" + queue);
        bench.channel.exchangeDeclare("x-" + queue, "direct");
        assertThat(bench.sedano("dead", "rerun", "t2", "-Q", queue)).isEqualTo(OperatorExit.UNAVAILABLE);
        assertThat(bench.err).contains("no queue is bound to exchange x-" + queue + " for routing key key");
        bench.channel.queueBind("next-" + queue, "x-" + queue, "key");
        assertThat(bench.waiting(queue + ".dead")).isEqualTo(3);

        assertThat(bench.sedano("dead", "rerun", "--all", "--yes", "-Q", queue)).isZero();

        assertThat(bench.out)
                .contains("sent to queue next-" + queue, "back in queue " + queue)
                .contains("sent to exchange x-" + queue + " with routing key key");
        assertThat(bench.waiting("next-" + queue)).isEqualTo(2);
        assertThat(bench.waiting(queue)).isEqualTo(1);
        assertThat(bench.waiting(queue + ".dead")).isZero();
    }

    @Test
    void list_isBounded_andLosesNothing() throws Exception {
        bench.usedStore();
        for (int i = 0; i < 5; i++) {
            bench.setAside(queue, "parked", "t" + i, "a", "parked");
        }
        assertThat(bench.sedano("parked", "list", "-Q", queue, "--limit", "3")).isZero();
        assertThat(bench.out).contains("t0", "t2").doesNotContain("t3");
        assertThat(bench.err).contains("2 more in " + queue + ".parked");
        assertThat(bench.waiting(queue + ".parked")).isEqualTo(5);
        assertThat(bench.sedano("parked", "list", "-Q", "no-such-queue")).isZero();
        assertThat(bench.err).contains("does not exist");
        assertThat(bench.sedano("parked", "list", "--limit", "0")).isEqualTo(2);
        assertThat(bench.sedano("parked", "list", "--broker", "amqp://guest:hush@127.0.0.1:1//"))
                .isEqualTo(OperatorExit.UNAVAILABLE);
        assertThat(bench.err).contains("127.0.0.1:1").doesNotContain("hush");
    }
}
