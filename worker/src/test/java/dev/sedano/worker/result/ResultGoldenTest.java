package dev.sedano.worker.result;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sedano.worker.protocol.CeleryJson;
import dev.sedano.worker.protocol.Golden;
import dev.sedano.worker.protocol.TaskMessage;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** Our records against those that the reference worker stored. */
class ResultGoldenTest {
    private final CeleryJson json = new CeleryJson();

    static List<String> successes() {
        return Golden.names("results").stream()
                .filter(name -> name.startsWith("success_") && !name.equals("success_not_overwritten"))
                .toList();
    }

    @ParameterizedTest
    @MethodSource("successes")
    void success_isByteForByteTheSame(String name) {
        String golden = stored("results", name);
        Map<?, ?> record = decode(golden);

        byte[] ours =
                encoder(record).success(message(record), record.get("result")).json();

        assertThat(text(ours)).isEqualTo(golden);
    }

    @ParameterizedTest
    @ValueSource(strings = {"failure_valueerror", "failure_custom", "failure_no_args", "failure_cause"})
    void failure_hasTheSameShape(String name) {
        Map<?, ?> record = decode(stored("results", name));

        Map<?, ?> ours = decode(text(encoder(record)
                .failure(message(record), new IllegalArgumentException("x"))
                .json()));

        assertThat(new ArrayList<>(ours.keySet())).isEqualTo(new ArrayList<>(record.keySet()));
        assertThat(new ArrayList<>(((Map<?, ?>) value(ours, "result")).keySet()))
                .isEqualTo(new ArrayList<>(((Map<?, ?>) value(record, "result")).keySet()));
        assertThat(value(ours, "traceback")).asString().startsWith("Traceback (most recent call last):\n");
        assertThat(ours.get("children")).isEqualTo(record.get("children"));
        assertThat(ours.get("date_done")).isEqualTo(record.get("date_done"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"expired_header_only", "expired_naive"})
    void expired_isByteForByteTheSame(String name) {
        String golden = stored("outcomes", name);
        Map<?, ?> record = decode(golden);

        assertThat(text(encoder(record).expired(message(record)).json())).isEqualTo(golden);
    }

    @ParameterizedTest
    @ValueSource(strings = {"unknown_task", "unknown_task_v1"})
    void unknownTask_isByteForByteTheSame(String name) {
        String golden = stored("outcomes", name);
        Map<?, ?> record = decode(golden);
        Object task = ((List<?>) value((Map<?, ?>) value(record, "result"), "exc_message")).get(0);

        byte[] ours =
                encoder(record).notRegistered(message(record, (String) task)).json();

        assertThat(text(ours)).isEqualTo(golden);
    }

    private static String stored(String folder, String name) {
        for (JsonNode entry : Golden.read(folder, name).get("redis")) {
            if (entry.get("value").isString()
                    && entry.get("value").stringValue().startsWith("{\"status\"")) {
                return entry.get("value").stringValue();
            }
        }
        throw new IllegalArgumentException("no record in " + name);
    }

    private Map<?, ?> decode(String record) {
        return (Map<?, ?>) Objects.requireNonNull(json.decode(record.getBytes(StandardCharsets.UTF_8)));
    }

    private static Object value(Map<?, ?> map, String key) {
        return Objects.requireNonNull(map.get(key));
    }

    private ResultEncoder encoder(Map<?, ?> record) {
        return new ResultEncoder(
                json,
                new ExceptionEncoding(),
                Clock.fixed(
                        OffsetDateTime.parse((String) value(record, "date_done"))
                                .toInstant(),
                        ZoneOffset.UTC));
    }

    private static TaskMessage message(Map<?, ?> record) {
        return message(record, "proj.task");
    }

    private static TaskMessage message(Map<?, ?> record, String task) {
        String id = (String) value(record, "task_id");
        return new TaskMessage(
                2,
                task,
                id,
                id,
                (String) record.get("parent_id"),
                (String) record.get("group_id"),
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

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.US_ASCII);
    }
}
