package dev.sedano.worker.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The vectors whose digests conformance/python/fingerprint_vectors.py computed with the Python implementation. */
class FingerprintVectorsTest {
    private static final CeleryJson JSON = new CeleryJson();

    private final MessageDecoder decoder = new MessageDecoder(JSON);

    record Vector(String name, String task, String body, String sha256) {
        @Override
        public String toString() {
            return name;
        }
    }

    static List<Vector> vectors() throws IOException {
        try (InputStream file = Objects.requireNonNull(
                FingerprintVectorsTest.class.getResourceAsStream("/golden/fingerprints.jsonl"))) {
            return new String(file.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .map(FingerprintVectorsTest::vector)
                    .toList();
        }
    }

    private static Vector vector(String line) {
        Map<?, ?> fields = (Map<?, ?>) Objects.requireNonNull(JSON.decode(line.getBytes(StandardCharsets.UTF_8)));
        return new Vector(
                String.valueOf(fields.get("name")),
                String.valueOf(fields.get("task")),
                String.valueOf(fields.get("body")),
                String.valueOf(fields.get("sha256")));
    }

    @ParameterizedTest
    @MethodSource("vectors")
    void vector_hasTheDigestOfPython(Vector vector) {
        Map<String, @Nullable Object> headers = new HashMap<>(Map.of("task", vector.task(), "id", "i"));
        Decoded decoded = decoder.decode(
                new MessageProperties("application/json", "utf-8", null, null, null, null, headers),
                vector.body().getBytes(StandardCharsets.UTF_8));

        assertThat(decoded).isInstanceOf(Decoded.Task.class);
        assertThat(Fingerprint.of(((Decoded.Task) decoded).message())).isEqualTo(vector.sha256());
    }

    @Test
    void thereAreTwoHundred() throws IOException {
        assertThat(vectors()).hasSize(200);
        assertThat(Stream.of("integer", "float", "text", "tagged"))
                .allSatisfy(group ->
                        assertThat(vectors()).anyMatch(vector -> vector.name().startsWith(group)));
    }
}
