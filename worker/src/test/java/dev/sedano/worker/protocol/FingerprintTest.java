package dev.sedano.worker.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class FingerprintTest {
    private final MessageDecoder decoder = new MessageDecoder(new CeleryJson());

    /** Pinned: workers of different releases must agree, or a redelivery after an update would be a conflict. */
    @Test
    void value_isStable() {
        assertThat(of("t", "[[1, 2.5, \"é\", null, true], {\"b\": [], \"a\": {}}, {}]"))
                .isEqualTo("95c338422ce1e55c865987c7340761ef65a62d244a7bf358599e6b4bff96fb26");
    }

    @Test
    void orderOfKeys_andEnvelope_doNotMatter() {
        String one = of("t", "[[], {\"a\": 1, \"b\": {\"x\": 1, \"😀\": 2, \"ﬀ\": 3}}, {}]");

        assertThat(of("t", "[[], {\"b\": {\"ﬀ\": 3, \"😀\": 2, \"x\": 1}, \"a\": 1}, {\"chain\": null}]"))
                .isEqualTo(one);
        Map<String, @Nullable Object> headers = new HashMap<>(Map.of("retries", 3, "eta", "2026-01-01", "tenant", "x"));
        assertThat(of("t", "[[], {\"a\": 1, \"b\": {\"x\": 1, \"😀\": 2, \"ﬀ\": 3}}, {}]", headers))
                .isEqualTo(one);
    }

    @Test
    void everyDifference_shows() {
        List<String> bodies = List.of(
                "[[], {}, {}]",
                "[[1], {}, {}]",
                "[[1.0], {}, {}]",
                "[[\"1\"], {}, {}]",
                "[[true], {}, {}]",
                "[[null], {}, {}]",
                "[[0.0], {}, {}]",
                "[[-0.0], {}, {}]",
                "[[[]], {}, {}]",
                "[[{}], {}, {}]",
                "[[[1], 2], {}, {}]",
                "[[[1, 2]], {}, {}]",
                "[[\"ab\", \"c\"], {}, {}]",
                "[[\"a\", \"bc\"], {}, {}]",
                "[[], {\"a\": 1}, {}]",
                "[[{\"a\": 1}], {}, {}]",
                "[[\"\\ud83d\"], {}, {}]",
                "[[\"\\ud83e\"], {}, {}]",
                "[[\"?\"], {}, {}]",
                "[[{\"__type__\": \"decimal\", \"__value__\": \"1.0\"}], {}, {}]",
                "[[{\"__type__\": \"decimal\", \"__value__\": \"1.00\"}], {}, {}]",
                "[[{\"__type__\": \"datetime\", \"__value__\": \"2024-01-01T00:00:00\"}], {}, {}]",
                "[[{\"__type__\": \"datetime\", \"__value__\": \"2024-01-01T00:00:00+00:00\"}], {}, {}]",
                "[[{\"__type__\": \"date\", \"__value__\": \"2024-01-01\"}], {}, {}]",
                "[[\"2024-01-01\"], {}, {}]",
                "[[{\"__type__\": \"bytes\", \"__value__\": \"1\"}], {}, {}]");
        Set<String> fingerprints = new HashSet<>();
        bodies.forEach(body -> fingerprints.add(of("t", body)));
        fingerprints.add(of("u", bodies.get(0)));

        assertThat(fingerprints).hasSize(bodies.size() + 1).allMatch(text -> text.matches("[0-9a-f]{64}"));
    }

    private String of(String task, String body) {
        return of(task, body, new HashMap<>());
    }

    private String of(String task, String body, Map<String, @Nullable Object> headers) {
        headers.put("task", task);
        headers.put("id", "i");
        Decoded decoded = decoder.decode(
                new MessageProperties("application/json", "utf-8", null, null, null, null, headers),
                body.getBytes(StandardCharsets.UTF_8));
        return Fingerprint.of(((Decoded.Task) decoded).message());
    }
}
