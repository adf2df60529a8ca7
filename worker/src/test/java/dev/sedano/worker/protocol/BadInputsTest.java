package dev.sedano.worker.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Messages that no sane client sends: each is poison of the given kind, or a task (null); never an exception, and soon. */
class BadInputsTest {
    private static final String FINE = "[[1], {}, {}]";
    private static final Duration SOON = Duration.ofSeconds(30);

    private final MessageDecoder decoder = new MessageDecoder(new CeleryJson());

    @SuppressWarnings("JavaUtilDate") // the type that the AMQP client gives
    static Stream<Arguments> headers() {
        return Stream.of(
                header("id", "line\r\nbreak", null),
                header("id", "{}", null),
                header("id", "x".repeat(10_240), null),
                header("id", new byte[] {'a'}, null),
                header("id", new Date(0), PoisonReason.MALFORMED_HEADER),
                header("id", List.of("a"), PoisonReason.MALFORMED_HEADER),
                header("task", new byte[] {'t'}, null),
                header("task", new byte[] {(byte) 0x80}, PoisonReason.MALFORMED_HEADER),
                header("task", Map.of("a", 1), PoisonReason.MALFORMED_HEADER),
                header("task", null, PoisonReason.NOT_A_TASK),
                header("retries", -1, PoisonReason.MALFORMED_HEADER),
                header("retries", 1L << 31, PoisonReason.MALFORMED_HEADER),
                header("retries", Long.MAX_VALUE, PoisonReason.MALFORMED_HEADER),
                header("retries", "3", PoisonReason.MALFORMED_HEADER),
                header("retries", 1.5, PoisonReason.MALFORMED_HEADER),
                header("retries", new BigDecimal("1"), PoisonReason.MALFORMED_HEADER),
                header("retries", null, null),
                header("replaced_task_nesting", 1L << 31, PoisonReason.MALFORMED_HEADER),
                header("timelimit", Arrays.asList("1", null), PoisonReason.MALFORMED_HEADER),
                header("timelimit", List.of(-1, 1e300), null),
                header("eta", "9999-12-31T23:59:59Z", null),
                header("eta", "0001-01-01T00:00:00", null),
                header("eta", "2024-03-31T02:30:00+01:00", null), // in a gap of daylight saving
                header("eta", "2016-12-31T23:59:60Z", PoisonReason.MALFORMED_HEADER), // a leap second
                header("eta", "2024-01-01T00:00:00+99:99", PoisonReason.MALFORMED_HEADER),
                header("eta", "2024-01-01T00:00:00 Europe/Berlin", PoisonReason.MALFORMED_HEADER),
                header("eta", "x".repeat(1 << 20), PoisonReason.MALFORMED_HEADER),
                header("eta", 1.7e9, PoisonReason.MALFORMED_HEADER),
                header("eta", new Date(0), PoisonReason.MALFORMED_HEADER),
                header("expires", "", PoisonReason.MALFORMED_HEADER),
                header("expires", List.of(), PoisonReason.MALFORMED_HEADER),
                header("group", 7, PoisonReason.MALFORMED_HEADER),
                header("group_index", -1, null),
                header("group_index", 1L << 31, null),
                header("group_index", "1", null),
                header("root_id", "t-1", null),
                header("parent_id", Map.of(), PoisonReason.MALFORMED_HEADER),
                header("ignore_result", "maybe", null),
                header("lang", 5, null),
                header("shadow", new byte[] {1}, null),
                header("argsrepr", "\ufffd".repeat(1 << 20), null),
                header("stamps", "none", null),
                header("compression", true, PoisonReason.COMPRESSION),
                header("compression", List.of("gzip"), PoisonReason.COMPRESSION));
    }

    private static Arguments header(String name, @Nullable Object value, @Nullable PoisonReason reason) {
        return Arguments.of(name, value, reason);
    }

    @ParameterizedTest
    @MethodSource("headers")
    void header_isUsedOrPoison(String name, @Nullable Object value, @Nullable PoisonReason reason) {
        Map<String, @Nullable Object> headers = new HashMap<>(Map.of("task", "t", "id", "t-1"));
        headers.put(name, value);

        check(decode("application/json", headers, FINE.getBytes(StandardCharsets.UTF_8)), reason);
    }

    static Stream<Arguments> bodies() {
        String signature = "{\"task\": \"t\", \"args\": [], \"kwargs\": {}, \"options\": {}}";
        return Stream.of(
                body("", PoisonReason.MALFORMED_BODY),
                body("[[1], {}", PoisonReason.MALFORMED_BODY),
                body("[[1], {}, {}, {}]", PoisonReason.MALFORMED_BODY),
                body("[[1], {}]", PoisonReason.MALFORMED_BODY),
                body("[null, {}, {}]", PoisonReason.MALFORMED_BODY),
                body("[[1], \"kw\", {}]", PoisonReason.MALFORMED_BODY),
                body("[[1], {}, []]", PoisonReason.MALFORMED_BODY),
                body("[[1], {}, {\"errbacks\": \"e\"}]", PoisonReason.MALFORMED_BODY),
                body("[[1], {}, {\"chain\": 1}]", PoisonReason.MALFORMED_BODY),
                body("[[1], {}, {\"unknown\": 1}]", null),
                body("[[NaN, -Infinity, -0, 1e400, 1e-400], {}, {}]", null),
                body("[[" + "9".repeat(400) + "], {}, {}]", null),
                body("[[nan], {}, {}]", PoisonReason.MALFORMED_BODY),
                body("[[01], {}, {}]", PoisonReason.MALFORMED_BODY),
                body("[[1,], {}, {}]", PoisonReason.MALFORMED_BODY),
                body("[['a'], {}, {}]", PoisonReason.MALFORMED_BODY),
                body("[[\"\\ud83d\"], {\"a\": 1, \"a\": 2}, {}]", null),
                body("[[\"a\nb\"], {}, {}]", PoisonReason.MALFORMED_BODY),
                body("[[{\"__type__\": \"base64\", \"__value__\": \"%\"}], {}, {}]", PoisonReason.MALFORMED_BODY),
                body("[[{\"__type__\": \"uuid\", \"__value__\": {}}], {}, {}]", PoisonReason.MALFORMED_BODY),
                body("[[{\"__type__\": \"time\", \"__value__\": \"24:00\"}], {}, {}]", PoisonReason.MALFORMED_BODY),
                body("[".repeat(10_000) + "]".repeat(10_000), PoisonReason.LIMIT),
                body("{\"a\":".repeat(10_000) + "1" + "}".repeat(10_000), PoisonReason.LIMIT),
                body("[[" + "0,".repeat(3_000_000) + "0], {}, {}]", null),
                body("[[\"" + "x".repeat(20 << 20) + "\"], {}, {}]", null),
                body("[[], {}, {\"chain\": [" + (signature + ",").repeat(9_999) + signature + "]}]", null),
                body("{\"args\": [1], \"kwargs\": null}", PoisonReason.MALFORMED_BODY),
                body("{\"args\": [1], \"callbacks\": 1}", PoisonReason.MALFORMED_BODY));
    }

    private static Arguments body(String text, @Nullable PoisonReason reason) {
        return Arguments.of(new Body(text), reason);
    }

    /** Short in the names of the tests. */
    private record Body(String text) {
        @Override
        public String toString() {
            return text.length() > 60 ? text.substring(0, 60) + "…" + text.length() : text;
        }
    }

    @ParameterizedTest
    @MethodSource("bodies")
    void body_isUsedOrPoison(Body body, @Nullable PoisonReason reason) {
        byte[] utf8 = body.text().getBytes(StandardCharsets.UTF_8);

        check(decode("application/json", new HashMap<>(Map.of("task", "t", "id", "t-1")), utf8), reason);
    }

    @ParameterizedTest
    @MethodSource("bodies")
    void bodyInAnotherEncodingThanItSays_isPoison(Body body, @Nullable PoisonReason unused) {
        byte[] utf16 = body.text().getBytes(StandardCharsets.UTF_16);

        assertThat(decode("application/json", new HashMap<>(Map.of("task", "t", "id", "t-1")), utf16))
                .isInstanceOf(Decoded.Undecodable.class);
    }

    private Decoded decode(String type, Map<String, @Nullable Object> headers, byte[] body) {
        return assertTimeoutPreemptively(
                SOON, () -> decoder.decode(new MessageProperties(type, "utf-8", null, null, null, 300, headers), body));
    }

    private static void check(Decoded decoded, @Nullable PoisonReason reason) {
        if (reason == null) {
            assertThat(decoded).isInstanceOf(Decoded.Task.class);
        } else {
            assertThat(decoded).isInstanceOf(Decoded.Undecodable.class);
            assertThat(((Decoded.Undecodable) decoded).reason()).isEqualTo(reason);
            assertThat(((Decoded.Undecodable) decoded).detail())
                    .doesNotContain("defect")
                    .hasSizeLessThan(1000);
        }
    }
}
