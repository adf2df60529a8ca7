package dev.sedano.worker.canvas;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sedano.task.Retry;
import dev.sedano.worker.protocol.CeleryJson;
import dev.sedano.worker.protocol.Decoded;
import dev.sedano.worker.protocol.Encoder;
import dev.sedano.worker.protocol.Fingerprint;
import dev.sedano.worker.protocol.MessageDecoder;
import dev.sedano.worker.protocol.MessageProperties;
import dev.sedano.worker.protocol.TaskMessage;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.util.Date;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What messages that follow a task show of their arguments, and whether they ask for a result: as Celery's worker does. */
class FollowUpHeadersTest {
    private static final CeleryJson JSON = new CeleryJson();
    private static final Map<String, @Nullable Object> NO_KEY = Map.of();

    private final FollowUps followUps = new FollowUps(JSON, Clock.systemUTC(), "gen1@test", "celery")
            .knowing(task -> task.equals("unknown") ? null : (Boolean) task.equals("silent"));

    @Test
    void arguments_areShown_asATupleOnceTheResultIsBeforeThem() {
        Map<String, @Nullable Object> mutable = headersAfter(signature("next", Map.of(), false), new Point(1, 2));
        Map<String, @Nullable Object> immutable = headersAfter(signature("next", Map.of(), true), 7L);

        assertThat(mutable)
                .containsEntry("argsrepr", "({'x': 1, 'y': 2}, 'a')")
                .containsEntry("kwargsrepr", "{'k': 1}");
        assertThat(immutable).containsEntry("argsrepr", "['a']");
        Map<String, @Nullable Object> bare = new HashMap<>(signature("next", Map.of(), true));
        bare.put("args", List.of());
        assertThat(headersAfter(bare, 7L)).containsEntry("argsrepr", "()");
    }

    record Point(int x, int y) {}

    @Test
    void timesInHeadersAndStamps_areThoseOfAmqp() {
        OffsetDateTime time = OffsetDateTime.parse("2026-01-02T03:04:05.5+01:00");
        Map<String, Object> options = Map.of(
                "headers",
                Map.of("when", time, "all", List.of(time.toLocalDateTime())),
                "stamped_headers",
                List.of("stamp"),
                "stamp",
                time);

        Map<String, @Nullable Object> headers = headersAfter(signature("next", options, false), 7L);

        assertThat(headers)
                .containsEntry("when", Date.from(time.toInstant()))
                .containsEntry("all", List.of(Date.from(Instant.parse("2026-01-02T03:04:05.500Z"))))
                .containsEntry("stamps", Map.of("stamp", Date.from(time.toInstant())));
    }

    @Test
    void theBrokerIsToldWhenAMessageExpires_howeverThatIsSaid() {
        for (Object never : List.of("2000-01-01T00:00:00", LocalDateTime.of(2000, 1, 1, 0, 0))) {
            assertThat(sentAfter(signature("next", Map.of("expires", never), false), 7L)
                            .properties()
                            .expiration())
                    .isEqualTo("0");
        }
        assertThat(sentAfter(signature("next", Map.of("expires", "soon"), false), 7L)
                        .properties()
                        .expiration())
                .isNull();
    }

    @Test
    void whatASignatureShowsInstead_isKept() {
        Map<String, Object> options = Map.of("argsrepr", "(hidden)", "kwargsrepr", "{hidden}");

        assertThat(headersAfter(signature("next", options, false), 7L))
                .containsEntry("argsrepr", "(hidden)")
                .containsEntry("kwargsrepr", "{hidden}");
    }

    @Test
    void ignoreResult_isTheSignatures_thenTheTasks_andNullIfTheTaskIsNotHere() {
        Map<String, Object> ignored = Map.of("ignore_result", true);
        Map<String, Object> wanted = Map.of("ignore_result", false);

        assertThat(headersAfter(signature("next", ignored, false), 7L)).containsEntry("ignore_result", true);
        assertThat(headersAfter(signature("silent", wanted, false), 7L)).containsEntry("ignore_result", false);
        assertThat(headersAfter(signature("silent", Map.of(), false), 7L)).containsEntry("ignore_result", true);
        assertThat(headersAfter(signature("next", Map.of(), false), 7L)).containsEntry("ignore_result", false);
        assertThat(headersAfter(signature("unknown", Map.of(), false), 7L)).containsEntry("ignore_result", null);
    }

    @Test
    void aRetry_keepsWhatItsSenderShows_unlessItsArgumentsChange() {
        Map<String, @Nullable Object> sent = new HashMap<>(Map.of("argsrepr", "('***',)", "kwargsrepr", "{}"));

        assertThat(headersOfRetry(sent, Retry.in(Duration.ZERO))).containsEntry("argsrepr", "('***',)");
        assertThat(headersOfRetry(sent, Retry.in(Duration.ZERO).with(List.of(2L), Map.of("k", 3L))))
                .containsEntry("argsrepr", "(2,)")
                .containsEntry("kwargsrepr", "{'k': 3}");
        assertThat(headersOfRetry(Map.of(), Retry.in(Duration.ZERO)))
                .containsEntry("argsrepr", "(1,)")
                .containsEntry("kwargsrepr", "{}");
    }

    @Test
    void aRetry_saysWhatItsMessageOrItsTaskSaid() {
        Map<String, @Nullable Object> silent = new HashMap<>();
        silent.put("ignore_result", null);

        assertThat(headersOfRetry(Map.of("ignore_result", true), Retry.DEFAULT)).containsEntry("ignore_result", true);
        assertThat(headersOfRetry(silent, Retry.DEFAULT)).containsEntry("ignore_result", false);
    }

    @Test
    void noneOfIt_changesWhatAClaimIsFor() {
        byte[] body = JSON.encode(List.of(List.of(1L), Map.of(), Map.of()));
        TaskMessage plain = decoded(Map.of(), body);
        TaskMessage shown = decoded(Map.of("argsrepr", "(1,)", "kwargsrepr", "{}", "ignore_result", false), body);

        assertThat(Fingerprint.of(shown)).isEqualTo(Fingerprint.of(plain));
        assertThat(shown.customHeaders()).isEmpty();
    }

    private Map<String, @Nullable Object> headersAfter(Map<String, @Nullable Object> callback, Object result) {
        return sentAfter(callback, result).properties().headers();
    }

    private OutgoingMessage sentAfter(Map<String, @Nullable Object> callback, Object result) {
        byte[] body = JSON.encode(List.of(List.of(), Map.of(), Map.of("callbacks", List.of(callback))));
        FollowUp only = followUps
                .afterSuccess(decoded(Map.of(), body), result, null)
                .followUps()
                .get(0);
        return ((FollowUp.Send) only).message();
    }

    private Map<String, @Nullable Object> headersOfRetry(Map<String, @Nullable Object> had, Retry retry) {
        byte[] body = JSON.encode(List.of(List.of(1L), Map.of(), Map.of()));
        FollowUps.Origin origin = new FollowUps.Origin("", "q", "q", properties(had, body), body);
        return followUps
                .retry(decoded(had, body), origin, retry, NO_KEY)
                .properties()
                .headers();
    }

    private static Map<String, @Nullable Object> signature(
            String task, Map<String, Object> options, boolean immutable) {
        Map<String, @Nullable Object> signature = new LinkedHashMap<>();
        signature.put("task", task);
        signature.put("args", List.of("a"));
        signature.put("kwargs", Map.of("k", 1));
        signature.put("options", options);
        signature.put("subtask_type", null);
        signature.put("immutable", immutable);
        return signature;
    }

    private static MessageProperties properties(Map<String, @Nullable Object> more, byte[] body) {
        Map<String, @Nullable Object> headers = new HashMap<>(Map.of("task", "t", "id", "i"));
        headers.putAll(more);
        Encoder.Payload payload = Encoder.ofJson(body);
        return new MessageProperties(payload.contentType(), payload.contentEncoding(), "i", null, null, null, headers);
    }

    private static TaskMessage decoded(Map<String, @Nullable Object> headers, byte[] body) {
        Decoded decoded = new MessageDecoder(JSON).decode(properties(headers, body), body);
        assertThat(decoded).isInstanceOf(Decoded.Task.class);
        return ((Decoded.Task) decoded).message();
    }
}
