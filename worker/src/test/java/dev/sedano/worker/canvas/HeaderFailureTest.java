package dev.sedano.worker.canvas;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sedano.worker.protocol.CeleryJson;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What is stored when a chord's body will never run. */
class HeaderFailureTest {
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
}
