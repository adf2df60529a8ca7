package dev.sedano.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sedano.conformance.harness.PythonCelery;
import dev.sedano.worker.protocol.CeleryJson;
import dev.sedano.worker.protocol.Decoded;
import dev.sedano.worker.protocol.MessageDecoder;
import dev.sedano.worker.protocol.MessageProperties;
import dev.sedano.worker.protocol.TaskMessage;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/** Celery's settings for time zones change nothing in how its worker reads a message's times, so ours need not have them. */
final class TimeZonesIT {
    private static final List<String> TIMES = List.of(
            "2027-07-01T12:00:00",
            "2027-12-24",
            "2027-03-28T02:30:00.250000",
            "2027-07-01T12:00:00+02:00",
            "2027-07-01T12:00:00Z");

    private final MessageDecoder decoder = new MessageDecoder(new CeleryJson());

    static List<Map<String, Object>> settings() {
        return List.of(
                Map.of(),
                Map.of("timezone", "Europe/Berlin"),
                Map.of("enable_utc", false),
                Map.of("timezone", "Asia/Kathmandu", "enable_utc", false));
    }

    @ParameterizedTest
    @MethodSource("settings")
    void timesOfMessages_areReadAlike_whateverTheTimeZone(Map<String, Object> settings) {
        JsonNode read = PythonCelery.get()
                .run("naive_times", Map.of("settings", settings, "times", TIMES, "system", "America/New_York"));

        for (int i = 0; i < TIMES.size(); i++) {
            TaskMessage ours = decoded(TIMES.get(i));
            assertThat(seconds(ours.eta()))
                    .as(TIMES.get(i))
                    .isEqualTo(read.get(i).get(0).doubleValue());
            assertThat(seconds(ours.expires()))
                    .as(TIMES.get(i))
                    .isEqualTo(read.get(i).get(1).doubleValue());
        }
    }

    private static double seconds(@Nullable Instant time) {
        return Objects.requireNonNull(time).toEpochMilli() / 1e3;
    }

    private TaskMessage decoded(String time) {
        Map<String, Object> headers = new HashMap<>(Map.of("lang", "py", "task", "t", "id", "a", "eta", time));
        headers.put("expires", time);
        Decoded decoded = decoder.decode(
                new MessageProperties("application/json", "utf-8", "a", "", null, 0, headers),
                "[[], {}, {}]".getBytes(StandardCharsets.UTF_8));
        return ((Decoded.Task) decoded).message();
    }
}
