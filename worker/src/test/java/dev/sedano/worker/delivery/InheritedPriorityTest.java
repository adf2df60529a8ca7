package dev.sedano.worker.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sedano.task.TaskOptions;
import dev.sedano.worker.canvas.FollowUp;
import dev.sedano.worker.canvas.FollowUps;
import dev.sedano.worker.canvas.OutgoingMessage;
import dev.sedano.worker.protocol.CeleryJson;
import dev.sedano.worker.protocol.Decoded;
import dev.sedano.worker.protocol.MessageDecoder;
import dev.sedano.worker.protocol.MessageProperties;
import dev.sedano.worker.protocol.TaskMessage;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Celery's setting task_inherit_parent_priority where no parent calls: bodies of chords, additions to them, duplicates. */
class InheritedPriorityTest {
    private final CeleryJson json = new CeleryJson();
    private final FollowUps followUps = new FollowUps(json, Clock.systemUTC(), "gen1@test", "celery");

    private TaskMessage partOf(String body) {
        Map<String, @Nullable Object> headers = new LinkedHashMap<>(
                Map.of("lang", "py", "task", "t.part", "id", "a", "root_id", "a", "group", "g", "group_index", 0));
        String embed = "{\"callbacks\": null, \"errbacks\": null, \"chain\": null, \"chord\": " + body + "}";
        Decoded decoded = new MessageDecoder(json)
                .decode(
                        new MessageProperties("application/json", "utf-8", "a", "", null, 7, headers),
                        ("[[], {}, " + embed + "]").getBytes(StandardCharsets.UTF_8));
        return ((Decoded.Task) decoded).message();
    }

    private static String signature(String task, String options) {
        return "{\"task\": \"" + task + "\", \"args\": [], \"kwargs\": {}, \"options\": {" + options + "}}";
    }

    private static List<Integer> priorities(List<FollowUp> all) {
        return all.stream()
                .filter(FollowUp.Send.class::isInstance)
                .map(each -> ((FollowUp.Send) each).message().properties().priority())
                .toList();
    }

    private List<Integer> ofBody(String body, @Nullable Integer inherited) {
        FollowUp part =
                followUps.afterSuccess(partOf(body), 5L, inherited).followUps().get(0);
        return priorities(followUps.chordBody((FollowUp.ChordPart) part, List.of(5L)));
    }

    @Test
    void bodyOfAChord_hasThePriorityOfTheLastPart_unlessItHasItsOwn() {
        String group = "{\"task\": \"celery.group\", \"args\": [], \"kwargs\": {\"tasks\": ["
                + signature("t.one", "") + ", " + signature("t.two", "\"priority\": 3")
                + "]}, \"options\": {\"task_id\": \"gid\"}, \"subtask_type\": \"group\"}";

        assertThat(ofBody(signature("t.body", ""), 7)).containsExactly(7);
        assertThat(ofBody(signature("t.body", "\"priority\": 3"), 7)).containsExactly(3);
        assertThat(ofBody(group, 7)).containsExactly(7, 3);
        assertThat(ofBody(signature("t.body", ""), null)).containsExactly(0);
    }

    @Test
    void whatIsAddedToAChord_hasThePriorityOfItsTask() {
        Map<String, @Nullable Object> added = Map.of("task", "t.added", "args", List.of(), "options", Map.of());
        TaskMessage message = partOf(signature("t.body", ""));

        assertThat(priorities(followUps.addToChord(message, List.of(added), 7).followUps()))
                .containsExactly(7);
    }

    @Test
    void workflowOfADuplicate_goesOnWithItsOwnPriority() {
        TaskOptions byArgument = TaskOptions.builder().key("0").build();
        try (PipelineFixture test = new PipelineFixture((context, call) -> 5, byArgument)) {
            test.pipeline.accept(test.delivery("a"));
            await().until(() -> test.channel.settled.size() == 1);
            String linked = "{\"callbacks\": [" + signature("t.linked", "")
                    + "], \"errbacks\": null, \"chain\": null, \"chord\": null}";
            Delivery duplicate = test.followed("b", linked, Map.of());

            test.pipeline.accept(test.arriving(new OutgoingMessage(
                    "",
                    "celery",
                    new MessageProperties(
                            "application/json",
                            "utf-8",
                            "b",
                            "",
                            null,
                            5,
                            duplicate.properties().headers()),
                    duplicate.body())));

            await().until(() -> test.channel.settled.size() == 2);
            assertThat(test.channel.reasons()).endsWith("ack duplicate");
            assertThat(test.published)
                    .singleElement()
                    .satisfies(message ->
                            assertThat(message.properties().priority()).isEqualTo(5));
        }
    }
}
