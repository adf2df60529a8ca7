package dev.sedano.worker.canvas;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sedano.worker.protocol.CeleryJson;
import dev.sedano.worker.protocol.TaskMessage;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What is stored for the steps of a chain whose task failed. */
class NeverRunTest {
    private final FollowUps followUps = new FollowUps(new CeleryJson(), Clock.systemUTC(), "gen1@test", "celery");

    private static TaskMessage first(TaskMessage.Embed embed) {
        return new TaskMessage(
                2,
                "t.first",
                "first",
                "root",
                "parent",
                null,
                null,
                0,
                0,
                null,
                null,
                null,
                null,
                null,
                null,
                Map.of(),
                List.of(1L),
                Map.of(),
                embed);
    }

    @Test
    void eachStepIsDescribedByItself() {
        Map<String, @Nullable Object> step = Map.of(
                "task",
                "t.second",
                "args",
                List.of(2L),
                "kwargs",
                Map.of("k", 3L),
                "options",
                Map.of("task_id", "second", "group_id", "g", "reply_to", "back"));
        List<TaskMessage> never = new ArrayList<>();

        FollowUps.Plan plan = followUps.afterFailure(
                first(new TaskMessage.Embed(List.of(), List.of(), List.of(step), null)),
                "FAILURE",
                Map.of("exc_type", "ValueError"),
                "Traceback",
                each -> {
                    never.add(each);
                    return new byte[0];
                });

        assertThat(plan.followUps()).singleElement().isInstanceOfSatisfying(FollowUp.Store.class, store -> {
            assertThat(store.taskId()).isEqualTo("second");
            assertThat(store.replyTo()).isEqualTo("back");
        });
        assertThat(never).singleElement().satisfies(each -> {
            assertThat(each.id()).isEqualTo("second");
            assertThat(each.task()).isEqualTo("t.second");
            assertThat(each.args()).containsExactly(2L);
            assertThat(each.kwargs()).containsEntry("k", 3L);
            assertThat(each.group()).isEqualTo("g");
            assertThat(each.rootId()).isEqualTo("root");
            assertThat(each.parentId()).isNull();
        });
    }

    @Test
    void aGroupWithAVeryLongChain_canStillBeTheChildOfAResult() {
        List<Object> steps = new ArrayList<>();
        for (int i = 0; i < 400; i++) {
            steps.add(Map.of("task", "t.step", "args", List.of(), "options", Map.of()));
        }
        Map<String, @Nullable Object> group = Map.of(
                "task",
                "celery.group",
                "subtask_type",
                "group",
                "options",
                Map.of(),
                "kwargs",
                Map.of(
                        "tasks",
                        List.of(
                                Map.of(
                                        "task",
                                        "celery.chain",
                                        "subtask_type",
                                        "chain",
                                        "options",
                                        Map.of(),
                                        "kwargs",
                                        Map.of("tasks", steps)),
                                Map.of("task", "t.other", "options", Map.of()))));
        TaskMessage linked = first(new TaskMessage.Embed(List.of(group), List.of(), List.of(), null));

        FollowUps.Plan plan = followUps.afterSuccess(linked, 5L, null);

        assertThat(new CeleryJson().encode(plan.children())).isNotEmpty();
    }
}
