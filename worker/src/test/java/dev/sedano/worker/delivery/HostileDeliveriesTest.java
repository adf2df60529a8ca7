package dev.sedano.worker.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sedano.task.Signature;
import dev.sedano.task.TaskOptions;
import dev.sedano.worker.idempotency.StoreException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/** Values and settings that nobody sane uses must not leave a delivery unsettled. */
class HostileDeliveriesTest {
    private static final TaskOptions BY_ARGUMENT =
            TaskOptions.builder().key("0").build();

    private static String linked(String options) {
        return "{\"callbacks\": [{\"task\": \"t.linked\", \"args\": [], \"kwargs\": {}, \"options\": " + options
                + ", \"subtask_type\": null, \"immutable\": false}], \"errbacks\": null, \"chain\": null,"
                + " \"chord\": null}";
    }

    private static Object nested(int levels) {
        Object value = 1;
        for (int i = 0; i < levels; i++) {
            List<Object> list = new ArrayList<>();
            list.add(value);
            value = list;
        }
        return value;
    }

    @Test
    void duplicateWhoseStoredResultCannotBeRead_isSettled() {
        for (int levels : List.of(498, 499, 500)) {
            Object deep = nested(levels);
            try (PipelineFixture test = new PipelineFixture((context, call) -> deep, BY_ARGUMENT)) {
                test.pipeline.accept(test.delivery("a"));
                await().until(() -> test.channel.settled.size() == 1);

                test.pipeline.accept(test.followed("b", linked("{}"), Map.of()));

                await(levels + " levels").until(() -> test.channel.settled.size() == 2);
                assertThat(test.pipeline.inFlight().size()).isZero();
            }
        }
    }

    @Test
    void observedTask_runsInAnOutageToo_evenIfItsKeyIsKnownAsCompleted() {
        TaskOptions observed = TaskOptions.builder().key("0").observe(true).build();
        try (PipelineFixture test = new PipelineFixture((context, call) -> 1, observed)) {
            test.pipeline.accept(test.delivery("a"));
            await().until(() -> test.channel.settled.size() == 1);
            test.store.failWith(
                    new StoreException(StoreException.Kind.CONNECT, StoreException.Effect.NONE, "refused", null));
            await().until(() -> !test.checker.breaker().allowsClaims());

            test.pipeline.accept(test.delivery("a"));

            await().until(() -> test.runs.size() == 2);
        }
    }

    @Test
    void manyDuplicatesAnsweredFromMemory_whileTheSlotsAreBusy() {
        CountDownLatch go = new CountDownLatch(1);
        try (PipelineFixture test = new PipelineFixture((context, call) -> {
            if (context.id().startsWith("slow")) {
                go.await();
            }
            return 1;
        })) {
            test.pipeline.accept(test.delivery("a"));
            await().until(() -> test.channel.settled.size() == 1);
            for (int i = 0; i < 300; i++) {
                test.pipeline.accept(test.delivery("slow" + i));
            }
            for (int i = 0; i < 20_000; i++) {
                test.pipeline.accept(test.delivery("a"));
            }
            go.countDown();
            await().atMost(java.time.Duration.ofSeconds(30)).until(() -> test.channel.settled.size() == 20_301);
        }
    }

    @Test
    void handlerReplacedByAForeignSignature_isSettled() {
        List<Map<String, Object>> all = List.of(
                Map.of("headers", Map.of("big", new java.math.BigInteger("9".repeat(40)))),
                Map.of("queue", "q".repeat(300)),
                Map.of("exchange", "q".repeat(300)),
                Map.of("reply_to", "q".repeat(300)),
                Map.of("headers", Map.of("n".repeat(300), 1)),
                Map.of("shadow", java.time.OffsetDateTime.now(java.time.ZoneOffset.UTC)),
                Map.of("headers", Map.of("big", "x".repeat(200_000))),
                Map.of("headers", Map.of("u", java.util.UUID.randomUUID())));
        for (Map<String, Object> options : all) {
            Signature other = new Signature("t.other", List.of(), Map.of(), options, false);
            try (PipelineFixture test = new PipelineFixture((context, call) -> {
                throw context.replace(other);
            })) {
                test.pipeline.accept(test.delivery("a"));
                await().until(() -> test.channel.settled.size() == 1);
                assertThat(test.published).as(options.keySet().toString()).isEmpty();
                assertThat(test.result("a")).contains("FAILURE");
            }
        }
    }

    @Test
    void carriedKeyThatIsBlankOrNoText_isNoKeyForAll() {
        for (Object key : List.<Object>of("", "  ", 7, Map.of("a", 1))) {
            try (PipelineFixture test = new PipelineFixture((context, call) -> 1)) {
                Map<String, Object> headers = Map.of("x-sedano-key", key, "x-sedano-scope", "s");
                test.pipeline.accept(test.delivery("a", "x", headers));
                test.pipeline.accept(test.delivery("b", "y", headers));

                await().until(() -> test.channel.settled.size() == 2);
                assertThat(test.channel.reasons()).containsExactly("ack succeeded", "ack succeeded");
                assertThat(test.runs).containsExactlyInAnyOrder("a", "b");
            }
        }
    }
}
