package dev.sedano.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sedano.conformance.harness.PythonCelery;
import dev.sedano.worker.protocol.CeleryJson;
import dev.sedano.worker.protocol.Decoded;
import dev.sedano.worker.protocol.Encoder;
import dev.sedano.worker.protocol.Fingerprint;
import dev.sedano.worker.protocol.MessageDecoder;
import dev.sedano.worker.protocol.MessageProperties;
import dev.sedano.worker.protocol.PayloadForm;
import dev.sedano.worker.protocol.Serializer;
import dev.sedano.worker.protocol.TaskMessage;
import dev.sedano.worker.protocol.compression.Compression;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;

/** Random values that Python's kombu wrote, in every compression, are the same to it when we have read and written them. */
class SerializersIT {
    private static final boolean FULL = "1".equals(System.getenv("SEDANO_TEST_FULL"));
    private static final int VALUES = 10_000;
    /** What YAML and msgpack add to JSON is less than what they share with it. */
    private static final int FEWER = 2_000;

    private static final int BATCH = 500;
    private static final long SEED = 20_261_122;

    private final CeleryJson json = new CeleryJson();
    private final MessageDecoder decoder = new MessageDecoder(json);
    private final Encoder encoder = new Encoder(json);
    private final Random random = new Random(SEED);

    @ParameterizedTest
    @EnumSource(Serializer.class)
    void valuesOfPython_surviveTheWayThroughJava(Serializer serializer) {
        PythonCelery python = PythonCelery.get();
        int values = FULL || serializer == Serializer.JSON ? VALUES : FEWER;
        for (int batch = 0; batch < values / BATCH; batch++) {
            Map<String, Object> asked =
                    new HashMap<>(Map.of("serializer", serializer.setting(), "seed", SEED + batch, "count", BATCH));
            JsonNode written = python.run("random_values", asked);
            assertThat(written.size()).isEqualTo(BATCH);
            List<Map<String, @Nullable Object>> back = new ArrayList<>();
            for (JsonNode message : written) {
                back.add(readAndWritten(message, serializer));
            }
            asked.put("back", back);

            JsonNode wrong = python.run("random_values", asked);

            assertThat(wrong.valueStream().map(JsonNode::stringValue))
                    .as("seed %d", SEED + batch)
                    .isEmpty();
        }
    }

    private Map<String, @Nullable Object> readAndWritten(JsonNode message, Serializer serializer) {
        TaskMessage task = decoded(
                message.get("content_type").stringValue(),
                message.get("content_encoding").stringValue(),
                message.get("compression").isNull()
                        ? null
                        : message.get("compression").stringValue(),
                Base64.getDecoder().decode(message.get("body").stringValue()));
        assertThat(Fingerprint.of(task)).isEqualTo(message.get("fingerprint").stringValue());
        Encoder.Payload payload = encoder.encode(
                List.of(task.args(), task.kwargs(), Map.of()), new PayloadForm(serializer, anyCompression()));
        TaskMessage again =
                decoded(payload.contentType(), payload.contentEncoding(), payload.compression(), payload.body());
        assertThat(Fingerprint.of(again)).isEqualTo(Fingerprint.of(task));
        Map<String, @Nullable Object> back = new HashMap<>();
        back.put("content_type", payload.contentType());
        back.put("content_encoding", payload.contentEncoding());
        back.put("compression", payload.compression());
        back.put("body", Base64.getEncoder().encodeToString(payload.body()));
        return back;
    }

    private @Nullable Compression anyCompression() {
        List<Compression> written =
                Stream.of(Compression.values()).filter(Compression::writes).toList();
        int choice = random.nextInt(written.size() + 1);
        return choice == written.size() ? null : written.get(choice);
    }

    private TaskMessage decoded(String type, String encoding, @Nullable String compression, byte[] body) {
        Map<String, @Nullable Object> headers = new HashMap<>(Map.of("task", "t", "id", "i"));
        headers.put("compression", compression);
        Decoded decoded = decoder.decode(new MessageProperties(type, encoding, null, null, null, null, headers), body);
        assertThat(decoded).isInstanceOf(Decoded.Task.class);
        return ((Decoded.Task) decoded).message();
    }
}
