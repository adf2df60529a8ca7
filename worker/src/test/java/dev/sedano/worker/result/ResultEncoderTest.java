package dev.sedano.worker.result;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sedano.worker.protocol.CeleryJson;
import dev.sedano.worker.protocol.PayloadForm;
import dev.sedano.worker.protocol.ResultForm;
import dev.sedano.worker.protocol.Serializer;
import dev.sedano.worker.protocol.TaskMessage;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ResultEncoderTest {
    private static final Instant NOW = Instant.parse("2026-11-21T20:32:07.623624789Z");

    private final CeleryJson json = new CeleryJson();
    private final ResultEncoder encoder =
            new ResultEncoder(json, new ExceptionEncoding(), Clock.fixed(NOW, ZoneOffset.UTC));

    @Test
    void success_hasCelerysBytes() {
        ResultRecord record = encoder.success(message(null, null), 5L);

        assertThat(record.state()).isEqualTo(ResultState.SUCCESS);
        assertThat(text(record.json()))
                .isEqualTo("{\"status\": \"SUCCESS\", \"result\": 5, \"traceback\": null, \"children\": [], "
                        + "\"date_done\": \"2026-11-21T20:32:07.623624+00:00\", \"task_id\": \"t-1\"}");
    }

    @Test
    void groupAndParent_standBeforeTheTaskId() {
        assertThat(text(encoder.success(message("g", "p"), null).json()))
                .endsWith("+00:00\", \"group_id\": \"g\", \"parent_id\": \"p\", \"task_id\": \"t-1\"}");
    }

    @Test
    void wholeSecond_hasNoFraction() {
        ResultEncoder other = new ResultEncoder(
                json, new ExceptionEncoding(), Clock.fixed(Instant.parse("2026-01-02T03:04:05Z"), ZoneOffset.UTC));

        assertThat(text(other.success(message(null, null), null).json()))
                .contains("\"date_done\": \"2026-01-02T03:04:05+00:00\"");
    }

    @Test
    void extendedFields_standBeforeTheTaskId_stampsFlat() {
        TaskMessage plain = message("g", "p");
        TaskMessage stamped = new TaskMessage(
                plain.protocol(),
                plain.task(),
                plain.id(),
                plain.rootId(),
                plain.parentId(),
                plain.group(),
                plain.groupIndex(),
                3,
                plain.nesting(),
                plain.eta(),
                plain.expires(),
                plain.ignoreResult(),
                plain.shadow(),
                plain.correlationId(),
                plain.replyTo(),
                plain.customHeaders(),
                List.of(1L, "x"),
                Map.of("k", 2.5),
                plain.embed(),
                new TaskMessage.Envelope("orders", null, null, null, null, List.of("who"), Map.of("who", "me")));

        assertThat(text(encoder.extended("w@h").success(stamped, 5L).json()))
                .endsWith("\"group_id\": \"g\", \"parent_id\": \"p\", \"name\": \"" + plain.task()
                        + "\", \"args\": [1, \"x\"], \"kwargs\": {\"k\": 2.5}, \"worker\": \"w@h\", \"retries\": 3,"
                        + " \"queue\": \"orders\", \"stamped_headers\": [\"who\"], \"who\": \"me\","
                        + " \"task_id\": \"t-1\"}");
    }

    @Test
    void failureOfATaskThatNeverRan_isUnderItsOwnNameAndArguments_andNoWorkers() {
        assertThat(text(encoder.extended("w@h")
                        .never(message("g", "p"), Map.of("exc_type", "ValueError"), "Traceback")
                        .json()))
                .contains("\"status\": \"FAILURE\"", "\"traceback\": \"Traceback\"", "\"group_id\": \"g\"")
                .contains("\"name\": \"" + message("g", "p").task() + "\"", "\"worker\": null", "\"queue\": null");
        assertThat(text(encoder.never(message("g", "p"), Map.of(), null).json()))
                .doesNotContain("worker");
    }

    @Test
    void extendedFieldsThatWouldCostTheResult_areLeftOut() {
        ResultRecord record = encoder.extended("w@h").success(large(), 5L);

        assertThat(record.state()).isEqualTo(ResultState.SUCCESS);
        assertThat(text(record.json())).contains("\"result\": 5").doesNotContain("\"args\"");
    }

    @Test
    void outcomesThatAreNoResult_keepTheErrorAndLoseTheArguments_whenTheyAreTooLarge() {
        TaskMessage large = large();
        ResultEncoder extended = encoder.extended("w@h");

        List.of(
                        extended.failure(large, new IllegalStateException("no stock"))
                                .json(),
                        extended.retry(large, new IllegalStateException("no stock"))
                                .json(),
                        extended.failureAs(large, Map.of("exc_type", "no stock"))
                                .json(),
                        extended.chordError(large, "part", Map.of("exc_type", "no stock"), List.of())
                                .json(),
                        extended.revoked(large, "no stock").json(),
                        extended.state(large, "STARTED", Map.of("why", "no stock")))
                .forEach(record -> assertThat(text(record))
                        .hasSizeLessThan(20_000)
                        .contains(
                                "no stock",
                                "\"name\": \"shop.charge\", \"args\": null, \"kwargs\": null, \"worker\": \"w@h\""));
        assertThat(text(extended.failure(message(null, null), new IllegalStateException())
                        .json()))
                .contains("\"args\": [");
    }

    @Test
    void argumentsThatReadersCannotHave_areLeftOut_too() {
        ResultForm msgpack = new ResultForm(json, new PayloadForm(Serializer.MSGPACK, null));
        ResultEncoder extended = new ResultEncoder(
                        json, new ExceptionEncoding(), Clock.fixed(NOW, ZoneOffset.UTC), msgpack)
                .extended("w@h");

        byte[] record = extended.revoked(with(List.of(BigInteger.TEN.pow(40))), "expired")
                .json();

        assertThat(text(record)).contains("expired", "\"args\": null");
        assertThat(msgpack.read(msgpack.toStore(record))).isInstanceOf(Map.class);
    }

    @Test
    void anErrorThatIsTooLarge_isResultTooLarge() {
        ResultRecord record = encoder.failureAs(message("g", "p"), Map.of("exc_message", "x".repeat(600_000)));

        assertThat(record.state()).isEqualTo(ResultState.FAILURE);
        assertThat(text(record.json()))
                .hasSizeLessThan(2_000)
                .startsWith("{\"status\": \"FAILURE\", \"result\": {\"exc_type\": \"ResultTooLarge\"")
                .endsWith("\"group_id\": \"g\", \"parent_id\": \"p\", \"task_id\": \"t-1\"}");
    }

    private static TaskMessage large() {
        return with(List.of("x".repeat(600 * 1024)));
    }

    private static TaskMessage with(List<?> args) {
        TaskMessage plain = message(null, null);
        return new TaskMessage(
                2,
                plain.task(),
                plain.id(),
                plain.rootId(),
                null,
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
                new ArrayList<>(args),
                Map.of(),
                TaskMessage.Embed.NONE);
    }

    @Test
    void stateOfTheHandlersOwn_hasNoEnd() {
        assertThat(new String(
                        encoder.state(message(null, null), "PROGRESS", Map.of("done", 3)), StandardCharsets.UTF_8))
                .isEqualTo("{\"status\": \"PROGRESS\", \"result\": {\"done\": 3}, \"traceback\": null, "
                        + "\"children\": [], \"date_done\": null, \"task_id\": \"t-1\"}");
    }

    @Test
    void unencodableResult_isEncodeErrorForTheCaller() {
        ResultRecord record = encoder.success(message(null, null), new Object());

        assertThat(record.state()).isEqualTo(ResultState.FAILURE);
        assertThat(text(record.json())).contains("\"exc_type\": \"EncodeError\"", "\"kombu.exceptions\"");
        assertThat(record.problem()).contains("java.lang.Object");
    }

    @Test
    void oversizedResult_isResultTooLarge() {
        ResultRecord record = encoder.success(message(null, null), "x".repeat(600_000));

        assertThat(record.state()).isEqualTo(ResultState.FAILURE);
        assertThat(text(record.json())).contains("\"exc_type\": \"ResultTooLarge\"");
        assertThat(record.json().length).isLessThan(2000);
    }

    @Test
    void expiredAndUnknown_areAsTheReferenceStoresThem() {
        assertThat(text(encoder.expired(message(null, null)).json()))
                .startsWith("{\"status\": \"REVOKED\", \"result\": {\"exc_type\": \"TaskRevokedError\", "
                        + "\"exc_message\": [\"expired\"], \"exc_module\": \"celery.exceptions\"}, "
                        + "\"traceback\": null, \"children\": [], \"date_done\"");
        assertThat(text(encoder.notRegistered(message(null, null)).json()))
                .startsWith("{\"status\": \"FAILURE\", \"result\": {\"exc_type\": \"NotRegistered\", "
                        + "\"exc_message\": [\"shop.charge\"], \"exc_module\": \"celery.exceptions\"}, "
                        + "\"traceback\": null, \"children\": [], \"date_done\"");
    }

    @Test
    void rewrittenId_leavesEverythingElse() {
        byte[] record = encoder.success(message(null, null), Map.of("task_id", ", \"task_id\": \"x\"}"))
                .json();

        byte[] rewritten = new StoredResults(json).rewriteTaskId(record, "ö\"2");

        assertThat(text(rewritten)).isEqualTo(text(record).replace("\"t-1\"}", "\"\\u00f6\\\"2\"}"));
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.US_ASCII);
    }

    static TaskMessage message(@Nullable String group, @Nullable String parent) {
        return new TaskMessage(
                2,
                "shop.charge",
                "t-1",
                "t-1",
                parent,
                group,
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
                List.of(),
                Map.of(),
                TaskMessage.Embed.NONE);
    }
}
