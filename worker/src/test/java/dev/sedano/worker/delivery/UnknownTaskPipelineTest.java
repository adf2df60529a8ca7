package dev.sedano.worker.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sedano.worker.protocol.MessageProperties;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tasks that this worker does not have, and embedded signatures that nobody could call. */
class UnknownTaskPipelineTest {
    @Test
    void unknownTask_isDeadLettered_andItsCallerIsTold() {
        try (PipelineFixture test = new PipelineFixture((context, call) -> 1)) {
            test.pipeline.accept(test.delivery("a", "x", Map.of("task", "test.nobody")));

            await().until(() -> test.channel.settled.size() == 1);
            assertThat(test.channel.reasons()).containsExactly("dead_letter unknown_task");
            assertThat(text(test.store.result("celery-task-meta-a"))).contains("NotRegistered");
        }
    }

    @Test
    void hopsOfAnEarlierAttempt_thatPythonsRetryCopied_doNotCount() {
        UnknownTaskPolicy twice = new UnknownTaskPolicy(2, Duration.ofSeconds(4));
        try (PipelineFixture test = new PipelineFixture((context, call) -> 1, twice)) {
            Map<String, Object> copied =
                    Map.of("task", "test.nobody", UnknownTaskPolicy.HOPS, 2, AttemptHeader.NAME, 7L);
            for (Map<String, Object> own : List.of(
                    Map.<String, Object>of("retries", 8),
                    Map.<String, Object>of("retries", 7, "replaced_task_nesting", 1),
                    Map.<String, Object>of("retries", 7))) {
                Map<String, Object> headers = new HashMap<>(copied);
                headers.putAll(own);
                test.pipeline.accept(test.delivery("a", "x", headers));
            }

            await().until(() -> test.channel.settled.size() == 3);
            assertThat(test.channel.reasons())
                    .containsExactly("wait unknown_task", "wait unknown_task", "dead_letter unknown_task");
        }
    }

    @Test
    void unknownTask_isHandedOn_andDeadLetteredOnlyAfterTheLastHop() {
        UnknownTaskPolicy twice = new UnknownTaskPolicy(2, Duration.ofSeconds(4));
        try (PipelineFixture test = new PipelineFixture((context, call) -> 1, twice)) {
            for (Object hops : new Object[] {"none", 1, 2, 1L << 40, -1}) {
                test.pipeline.accept(
                        test.delivery("a", "x", Map.of("task", "test.nobody", UnknownTaskPolicy.HOPS, hops)));
            }

            await().until(() -> test.channel.settled.size() == 5);
            assertThat(test.channel.reasons())
                    .containsExactly(
                            "wait unknown_task",
                            "wait unknown_task",
                            "dead_letter unknown_task",
                            "dead_letter unknown_task",
                            "wait unknown_task");
            assertThat(test.channel.settled.get(0).settlement())
                    .isIn(
                            new Settlement.Wait(SettlementReason.UNKNOWN_TASK, Duration.ofSeconds(4)),
                            new Settlement.Wait(SettlementReason.UNKNOWN_TASK, Duration.ofSeconds(8)));
            assertThat(test.orders.told).as("told once it is given up").containsExactly("unknown a", "unknown a");
        }
    }

    @Test
    void mapOfATaskThatOnlyOtherWorkersHave_isHandedOn_andDeadLetteredOnlyAfterTheLastHop() {
        UnknownTaskPolicy once = new UnknownTaskPolicy(1, Duration.ofSeconds(4));
        String elsewhere = "{\"task\": {\"task\": \"python.add\", \"args\": []}, \"it\": [[1, 2]]}";
        try (PipelineFixture test =
                new PipelineFixture((context, call) -> call.args().size(), once)) {
            test.pipeline.accept(test.called("map", "celery.map", "[[\"python.add\", [1, 2]], {}, null]"));
            Delivery starmap = test.called("star", "celery.starmap", "[[], " + elsewhere + ", null]");
            test.pipeline.accept(starmap);
            assertThat(test.channel.reasons()).containsExactly("wait unknown_task", "wait unknown_task");
            assertThat(test.result("map") + test.result("star")).isEmpty();

            test.pipeline.accept(handedOn(starmap));
            await().until(() -> test.channel.settled.size() == 3);
            assertThat(test.channel.reasons()).endsWith("dead_letter unknown_task");
            assertThat(test.channel.settled.get(2).settlement())
                    .isInstanceOfSatisfying(
                            Settlement.DeadLetter.class,
                            letter -> assertThat(letter.error()).contains("\"python.add\" is not registered"));
            assertThat(test.result("star")).contains("NotRegistered", "[\"python.add\"]");

            test.pipeline.accept(test.called("ours", "celery.map", "[[\"test.run\", [1]], {}, null]"));
            test.pipeline.accept(test.called("nameless", "celery.map", "[[{}, [1]], {}, null]"));
            await().until(() -> test.channel.settled.size() == 5);
            assertThat(test.result("ours")).contains("SUCCESS", "[1]");
            assertThat(test.result("nameless"))
                    .as("no other worker could run it")
                    .contains("FAILURE");
        }
    }

    private static Delivery handedOn(Delivery first) {
        MessageProperties properties = first.properties();
        Map<String, @Nullable Object> headers = new LinkedHashMap<>(properties.headers());
        headers.put(UnknownTaskPolicy.HOPS, 1);
        MessageProperties again = new MessageProperties(
                properties.contentType(), properties.contentEncoding(), "", "", null, properties.priority(), headers);
        return new Delivery("celery", "", "celery", 9, false, again, first.body(), first.channel());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "callbacks | {\"task\": \"celery.pipeline\", \"args\": [], \"options\": {}, \"subtask_type\": \"pipeline\"}"
                        + " | KeyError | pipeline",
                "callbacks | {\"nope\": 1} | KeyError | task",
                "chain | \"x\" | ValueError | a signature is no map",
            })
    void whatCannotFollow_isFailureForTheCaller_asFromCelery_andADeadLetter(
            String kind, String entry, String exception, String argument) {
        try (PipelineFixture test = new PipelineFixture((context, call) -> 1)) {
            Delivery plain = test.delivery("a");
            byte[] body = ("[[\"x\"], {}, {\"" + kind + "\": [" + entry + "]}]").getBytes(StandardCharsets.UTF_8);
            test.pipeline.accept(new Delivery(
                    plain.queue(),
                    plain.exchange(),
                    plain.routingKey(),
                    plain.tag(),
                    false,
                    plain.properties(),
                    body,
                    test.channel));

            await().until(() -> test.channel.settled.size() == 1);
            assertThat(test.channel.reasons()).containsExactly("dead_letter unsupported");
            assertThat(test.runs).isEmpty();
            assertThat(text(test.store.result("celery-task-meta-a")))
                    .contains(
                            "\"status\": \"FAILURE\"",
                            "\"exc_type\": \"" + exception + "\", \"exc_message\": [\"" + argument
                                    + "\"], \"exc_module\": \"builtins\"",
                            "cannot be called");
        }
    }

    private static String text(byte @Nullable [] record) {
        return record == null ? "" : new String(record, StandardCharsets.UTF_8);
    }
}
