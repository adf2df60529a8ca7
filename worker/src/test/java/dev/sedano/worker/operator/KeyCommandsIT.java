package dev.sedano.worker.operator;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;

/** {@code sedano keys}, {@code explain}, {@code blocked}, {@code store} and {@code audit} on a real store. */
class KeyCommandsIT {
    private static OperatorBench bench;

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
        bench.namespace = info.getTestMethod().orElseThrow().getName();
        bench.jedis.del("celery-task-meta-t1"); // records of results have no namespace
    }

    private static String soon(long millis) {
        return Long.toString(Long.parseLong(bench.jedis.time().get(0)) * 1000 + millis);
    }

    @Test
    void keys_show_saysWhereTheTaskIs_andHidesResults() {
        bench.parkedRecord("t1", "a");
        bench.jedis.hset(bench.record("t1"), Map.of("res", "hidden-result", "s:pay", "B:7", "s:log", "D:secret"));

        assertThat(bench.sedano("keys", "show", "t1")).isZero();
        assertThat(bench.out)
                .contains("parked", "w1@a", "pay=began under token 7", "kept result bytes", "13")
                .doesNotContain("hidden-result", "secret");
        assertThat(bench.sedano("keys", "show", "t1", "--result", "--json")).isZero();
        assertThat(bench.out).contains("\"state\": \"parked\"", "hidden-result");
        assertThat(bench.sedano("keys", "show", "t2")).isEqualTo(OperatorExit.NOT_FOUND);
        assertThat(bench.err).contains("t2", "sedano explain");
        assertThat(bench.sedano("keys", "show", "t1", "--task", "a", "--scope", "b"))
                .isEqualTo(2);
        assertThat(bench.sedano("keys", "show", " ")).isEqualTo(2);
        assertThat(bench.err).contains("KEY");
    }

    @Test
    void namespaceOfTheEnvironment_isThatOfTheWorkers() {
        bench.parkedRecord("t1", "a");
        bench.environment.put("SEDANO_NAMESPACE", bench.namespace);
        try {
            assertThat(bench.plain("keys", "show", "t1")).isZero();
            bench.environment.put("SEDANO_NAMESPACE", "no name");
            assertThat(bench.plain("keys", "show", "t1")).isEqualTo(2);
            assertThat(bench.err).contains("SEDANO_NAMESPACE", "no name");
        } finally {
            bench.environment.remove("SEDANO_NAMESPACE");
        }
    }

    @Test
    void keys_list_filters() {
        bench.parkedRecord("t1", "a");
        bench.jedis.hset(
                bench.record("pay\0k1"), Map.of("st", "C", "out", "SUCCESS", "att", "1048577", "cat", "1700000000000"));

        assertThat(bench.sedano("keys", "list")).isZero();
        assertThat(bench.out).contains("t1", "--task pay k1", "r1.1", "2023-11-14");
        assertThat(bench.sedano("keys", "list", "--state", "p")).isZero();
        assertThat(bench.out).contains("t1").doesNotContain("k1");
        assertThat(bench.sedano("keys", "list", "--task", "pay", "--json")).isZero();
        assertThat(bench.out).contains("\"key\": \"k1\"").doesNotContain("t1");
        assertThat(bench.sedano("keys", "list", "--state", "X")).isEqualTo(2);
        assertThat(bench.err).contains("--state", "R, H, C and P");
        assertThat(bench.sedano("keys", "list", "--limit", "0")).isEqualTo(2);
    }

    @Test
    void keys_releaseAndComplete_obeyALiveLease() {
        bench.parkedRecord("t1", "a");
        bench.jedis.hset(bench.record("t1"), Map.of("st", "R", "exp", soon(60_000)));

        assertThat(bench.sedano("keys", "release", "t1")).isEqualTo(OperatorExit.REFUSED);
        assertThat(bench.err).contains("w1@a", "--force");
        assertThat(bench.sedano("keys", "complete", "t1", "--result", "1")).isEqualTo(OperatorExit.REFUSED);
        assertThat(bench.sedano("keys", "complete", "t1")).isEqualTo(2);
        assertThat(bench.sedano("keys", "complete", "t1", "--result", "1", "--failure", "x"))
                .isEqualTo(2);
        assertThat(bench.sedano("keys", "release", "none")).isEqualTo(OperatorExit.NOT_FOUND);
        assertThat(bench.jedis.exists("sed:{" + bench.namespace + "}:audit")).isFalse();

        assertThat(bench.sedano("keys", "release", "t1", "--force")).isZero();
        assertThat(bench.out).contains("was running, is released");
        assertThat(bench.sedano("keys", "complete", "t1", "--failure", "gone")).isZero();
        assertThat(bench.out).contains("is completed FAILURE");
        assertThat(bench.jedis.get("celery-task-meta-t1"))
                .contains("\"exc_type\": \"DecidedByOperator\"", "\"exc_message\": [\"gone\"]");
        assertThat(bench.sedano("keys", "complete", "t1", "--result", "1")).isEqualTo(OperatorExit.REFUSED);
        assertThat(bench.sedano("keys", "release", "t1", "--forget")).isZero();
        assertThat(bench.jedis.hget(bench.record("t1"), "st")).isNull();
        assertThat(bench.sedano("audit", "--json")).isZero();
        assertThat(bench.out).contains("keys-release", "keys-complete", "keys-forget", "\"who\": \"ann@desk\"");
        assertThat(bench.sedano("audit", "--limit", "-1")).isEqualTo(2);
    }

    @Test
    void keys_complete_ofAnExplicitKey_answersItsFirstCaller() {
        bench.usedStore();
        bench.jedis.hset(
                bench.record("pay\0order-1"), Map.of("st", "P", "att", "0", "tok", "1", "fp", "f", "id0", "first"));

        assertThat(bench.sedano("keys", "complete", "order-1", "--task", "pay", "--result", "\"done\""))
                .isZero();

        assertThat(bench.jedis.get("celery-task-meta-first")).contains("\"result\": \"done\"");
        assertThat(bench.jedis.hget(bench.record("pay\0order-1"), "res")).contains("\"task_id\": \"first\"");
    }

    @Test
    void explain_tellsTheLife_andFindsExplicitKeys() {
        bench.usedStore();
        bench.jedis.hset(
                bench.record("pay\0order-1"),
                Map.of(
                        "st",
                        "C",
                        "att",
                        "1",
                        "tok",
                        "9",
                        "own",
                        "w2@b",
                        "ct0",
                        "1700000000000",
                        "ct1",
                        "1700000060000",
                        "cat",
                        "1700000061000",
                        "out",
                        "SUCCESS",
                        "id0",
                        "id-1",
                        "ev",
                        "1700000050000 handoff 1 8 from:0\n1700000062000 duplicate 1 9 id-2\n"));
        bench.jedis.hset(
                "sed:{" + bench.namespace + "}:b:pay\0order-1", Map.of("b1", "F:0:2500:9", "b2", "0:1700000000500"));
        bench.jedis.set(
                "celery-task-meta-id-1", "{\"status\": \"SUCCESS\", \"result\": \"hush\", \"task_id\": \"id-1\"}");

        for (String id : new String[] {"id-1", "id-2"}) {
            assertThat(bench.sedano("explain", id)).as(bench.err).isZero();
            assertThat(bench.out)
                    .contains(
                            "order-1", "handoff", "duplicate", "claim", "completed:SUCCESS", "false positive", "2.5 s")
                    .contains("2023-11-14 22:14:20.000Z")
                    .doesNotContain("hush");
        }
        assertThat(bench.sedano("explain", "id-1", "--result", "--json")).isZero();
        assertThat(bench.out).startsWith("{\"task_id\": \"id-1\"").contains("hush", "\"event\": \"handoff\"");
        assertThat(bench.sedano("explain", "x", "--task", "pay", "--key", "order-1"))
                .isZero();
        assertThat(bench.sedano("explain", "nobody")).isEqualTo(OperatorExit.NOT_FOUND);
        assertThat(bench.sedano("explain", "x", "--task", "pay")).isEqualTo(2);
        assertThat(bench.sedano("blocked", "list")).isZero();
        assertThat(bench.out).contains("false positive", "pending", "so far");
        assertThat(bench.sedano("blocked", "list", "--pending", "--json")).isZero();
        assertThat(bench.out).contains("\"block\": \"b2\"").doesNotContain("\"b1\"");
        bench.jedis.del("celery-task-meta-id-1");
    }

    @Test
    void resultsOfAnAppWithAPrefix_areWrittenAndFound() {
        bench.parkedRecord("t1", "a");

        assertThat(bench.sedano("keys", "complete", "t1", "--result", "\"done\"", "--result-key-prefix", "app"))
                .as(bench.err)
                .isZero();

        assertThat(bench.jedis.get("app_celery-task-meta-t1")).contains("\"result\": \"done\"");
        assertThat(bench.jedis.exists("celery-task-meta-t1")).isFalse();
        assertThat(bench.sedano("explain", "t1", "--result", "--result-key-prefix", "app"))
                .isZero();
        assertThat(bench.out).contains("done");
        assertThat(bench.sedano("explain", "t1", "--result")).isZero();
        assertThat(bench.out).contains("no result");
        bench.jedis.del("app_celery-task-meta-t1");
    }

    @Test
    void store_statusAndTrust() {
        assertThat(bench.sedano("store", "status")).isEqualTo(OperatorExit.NOT_FOUND);
        assertThat(bench.sedano("store", "trust", "--now")).isEqualTo(OperatorExit.NOT_FOUND);
        bench.usedStore();
        String health = "sed:{" + bench.namespace + "}:h";
        bench.jedis.hset(health, Map.of("loss", soon(600_000), "fp", "2", "fpms", "5000", "tp", "1"));
        bench.jedis.hset("sed:{" + bench.namespace + "}:w", "worker-1", "1:" + soon(0));

        assertThat(bench.sedano("store", "status")).isZero();
        assertThat(bench.out).contains("data was lost", "worker-1", "generation 1", "5.0 s", "noeviction");
        assertThat(bench.sedano("store", "trust")).isEqualTo(2);
        assertThat(bench.err).contains("--now");
        assertThat(bench.sedano("store", "trust", "--now")).isZero();
        assertThat(bench.out).contains("trusted: ended");
        assertThat(bench.jedis.hget(health, "loss")).isEqualTo("0");
        assertThat(bench.sedano("store", "trust", "--now")).isZero();
        assertThat(bench.out).contains("trusted already");
        assertThat(bench.sedano("audit")).isZero();
        assertThat(bench.out).contains("trust", "ann@desk");
    }

    @Test
    void wrongSettings_areNamedWithTheirCure() {
        assertThat(bench.plain("keys", "show", "t", "--idempotency-store", "redis://:hush@127.0.0.1:1/0"))
                .isEqualTo(OperatorExit.UNAVAILABLE);
        assertThat(bench.err).contains("127.0.0.1:1").doesNotContain("hush");
        assertThat(bench.plain("keys", "show", "t", "--idempotency-store", "http://x"))
                .isEqualTo(2);
        assertThat(bench.plain("keys", "show", "t", "--namespace", "a b")).isEqualTo(2);
        assertThat(bench.err).contains("--namespace");
        assertThat(bench.plain("keys", "show", "t", "--result-backend", "rpc://"))
                .isEqualTo(2);
        assertThat(bench.err).contains("--idempotency-store", "SEDANO_IDEMPOTENCY_STORE");
        assertThat(bench.plain("keys", "complete", "t", "--result", "1", "--retention", "0s"))
                .isEqualTo(2);
        assertThat(bench.err).contains("--retention");
        assertThat(bench.plain("keys", "release", "t", "--as", " ")).isEqualTo(2);
        for (String group : new String[] {"keys", "parked", "dead", "blocked", "store"}) {
            assertThat(bench.plain(group)).isEqualTo(2);
            assertThat(bench.err).contains("sedano " + group);
        }
    }
}
