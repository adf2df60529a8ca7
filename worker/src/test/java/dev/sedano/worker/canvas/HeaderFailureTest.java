package dev.sedano.worker.canvas;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sedano.worker.protocol.CeleryJson;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What is stored when a chord's body will never run. */
class HeaderFailureTest {
    private static final Map<String, Object> ERROR =
            Map.of("exc_type", "ChordError", "exc_message", List.of("no"), "exc_module", "celery.exceptions");

    private static Map<String, @Nullable Object> signature(String task, Map<String, Object> options) {
        return CallSignature.strings(Map.of("task", task, "args", List.of(), "kwargs", Map.of(), "options", options));
    }

    @Test
    void errbacksOfTheBody_areTheChildrenOfItsResult() {
        FollowUps followUps = new FollowUps(new CeleryJson(), Clock.systemUTC(), "gen1@test", "celery");
        Map<String, @Nullable Object> body =
                signature("t.sum", Map.of("task_id", "body", "link_error", List.of(signature("t.report", Map.of()))));
        Map<String, List<@Nullable Object>> stored = new TreeMap<>();

        List<FollowUp> all = followUps.afterHeaderFailure(
                new FollowUp.ChordPart("g", "part", "root", 0, new byte[0], body),
                Map.of("exc_type", "ChordError"),
                ToldErrbacks.NONE,
                (id, children) -> {
                    stored.put(id, children);
                    return new byte[0];
                });

        OutgoingMessage report = all.stream()
                .filter(FollowUp.Send.class::isInstance)
                .map(each -> ((FollowUp.Send) each).message())
                .findFirst()
                .orElseThrow();
        String id = String.valueOf(report.properties().headers().get("id"));
        assertThat(stored).containsOnlyKeys("body");
        assertThat(String.valueOf(stored.get("body"))).contains("[[" + id + ", null], null]");
    }

    @Test
    void errbackOfAChordInTheHeader_isNotCalledAgainByTheOuterChord() {
        FollowUps followUps = new FollowUps(new CeleryJson(), Clock.systemUTC(), "gen1@test", "celery");
        Map<String, Object> both = Map.of("task", "t.report", "args", List.of("all"), "options", Map.of());
        Map<String, Object> own = Map.of("task", "t.report", "args", List.of("outer"), "options", Map.of());
        Map<String, @Nullable Object> outer =
                signature("t.outer", Map.of("task_id", "outer", "link_error", List.of(both, own)));
        Map<String, @Nullable Object> inner = signature(
                "t.inner",
                Map.of("task_id", "inner", "group_id", "outer-header", "chord", outer, "link_error", List.of(both)));

        List<FollowUp> ofInner = fail(followUps, inner, ToldErrbacks.NONE);
        FollowUp.ChordPart part = only(FollowUp.ChordPart.class, ofInner);
        Object error = errorIn(part);
        List<FollowUp> ofOuter = fail(followUps, part.body(), ToldErrbacks.readFrom(error));

        assertThat(argumentsSent(ofInner)).containsExactly("all");
        assertThat(part.group()).isEqualTo("outer-header");
        assertThat(argumentsSent(ofOuter)).containsExactly("outer");
        assertThat(ToldErrbacks.without(error)).isEqualTo(ERROR);
        assertThat(only(FollowUp.Store.class, ofOuter).taskId()).isEqualTo("outer");
    }

    @Test
    void errbackOfAChord_isCalledByTheChordAfterItAsInCelery() {
        FollowUps followUps = new FollowUps(new CeleryJson(), Clock.systemUTC(), "gen1@test", "celery");
        Map<String, Object> errback = Map.of("task", "t.report", "args", List.of("all"), "options", Map.of());
        Map<String, @Nullable Object> later =
                signature("t.later", Map.of("task_id", "later", "link_error", List.of(errback)));
        Map<String, @Nullable Object> step =
                signature("t.step", Map.of("task_id", "step", "group_id", "later-header", "chord", later));
        Map<String, @Nullable Object> first = signature(
                "t.first", Map.of("task_id", "first", "chain", List.of(step), "link_error", List.of(errback)));

        List<FollowUp> ofFirst = fail(followUps, first, ToldErrbacks.NONE);
        FollowUp.ChordPart part = only(FollowUp.ChordPart.class, ofFirst);

        assertThat(argumentsSent(ofFirst)).containsExactly("all");
        assertThat(argumentsSent(fail(followUps, part.body(), ToldErrbacks.readFrom(errorIn(part)))))
                .containsExactly("all");
    }

    @Test
    void errbackOfATaskInTheHeader_isCalledByTheChordToo() {
        FollowUps followUps = new FollowUps(new CeleryJson(), Clock.systemUTC(), "gen1@test", "celery");
        Map<String, Object> errback = Map.of("task", "t.report", "args", List.of("all"), "options", Map.of());
        Map<String, @Nullable Object> body = signature("t.sum", Map.of("link_error", List.of(errback)));

        assertThat(argumentsSent(fail(followUps, body, ToldErrbacks.readFrom(ERROR))))
                .containsExactly("all");
    }

    private static List<FollowUp> fail(FollowUps followUps, Map<String, @Nullable Object> body, ToldErrbacks told) {
        return followUps.afterHeaderFailure(
                new FollowUp.ChordPart("g", "part", "root", 0, new byte[0], body),
                ERROR,
                told,
                (id, children) -> new byte[0]);
    }

    private static <T extends FollowUp> T only(Class<T> type, List<FollowUp> all) {
        List<T> found = all.stream().filter(type::isInstance).map(type::cast).toList();
        assertThat(found).hasSize(1);
        return found.get(0);
    }

    private static @Nullable Object errorIn(FollowUp.ChordPart part) {
        return ((List<?>) Objects.requireNonNull(new CeleryJson().decode(part.value()))).get(3);
    }

    /** The last argument of each call, which is the signature's own. */
    private static List<Object> argumentsSent(List<FollowUp> all) {
        return all.stream()
                .filter(FollowUp.Send.class::isInstance)
                .map(each -> (List<?>) Objects.requireNonNull(
                        new CeleryJson().decode(((FollowUp.Send) each).message().body())))
                .map(body -> (List<?>) body.get(0))
                .<Object>map(args -> args.get(args.size() - 1))
                .toList();
    }
}
