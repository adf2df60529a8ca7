package dev.sedano.worker.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sedano.worker.idempotency.TaskKey;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MessageDecoderTest {
    private static final String BODY = "[[1, 2], {}, {}]";

    private final MessageDecoder decoder = new MessageDecoder(new CeleryJson());

    @ParameterizedTest
    @CsvSource({
        "2026-01-31T12:00:00+00:00, 2026-01-31T12:00:00Z",
        "2026-01-31T12:00:00Z, 2026-01-31T12:00:00Z",
        "2026-01-31T12:00:00, 2026-01-31T12:00:00Z",
        "2026-01-31 12:00, 2026-01-31T12:00:00Z",
        "2026-01-31T12:00:00.000678+05:45, 2026-01-31T06:15:00.000678Z",
        "2026-01-31T12:00:00-03:30, 2026-01-31T15:30:00Z",
        "2026-01-31T12:00:00+0100, 2026-01-31T11:00:00Z",
        "2026-01-31T12:00:00.1234567Z, 2026-01-31T12:00:00.123456Z",
        "2001-02-03, 2001-02-03T00:00:00Z",
        "20010203T040506Z, 2001-02-03T04:05:06Z",
        "20010203, 2001-02-03T00:00:00Z",
        "0001-01-01T00:00:00+00:00, 0001-01-01T00:00:00Z",
        "9999-12-31T23:59:59.999999+00:00, 9999-12-31T23:59:59.999999Z",
        "9999-12-31T23:59:59.999999-12:00, 9999-12-31T23:59:59.999999Z",
        "0001-01-01T00:00:00+14:00, 0001-01-01T00:00:00Z"
    })
    void times_areReadInEveryForm(String text, String instant) {
        assertThat(task(with("eta", text)).eta()).isEqualTo(Instant.parse(instant));
        assertThat(task(with("expires", text)).expires()).isEqualTo(Instant.parse(instant));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "tomorrow",
                "2026-13-01",
                "0000-01-02T03:04:05+00:00",
                "2026-02-30",
                "2026-01-31T25:00",
                "2026-01-31T12:00:00+25:00",
                "2026-0131",
                "2026-01-31T12:0000",
                "2026-01-31T",
                "１２３４-01-01"
            })
    void times_thatCannotBeRead_arePoison(String text) {
        assertThat(poison(with("eta", text)).reason()).isEqualTo(PoisonReason.MALFORMED_HEADER);
        assertThat(poison(with("expires", text)).detail()).contains("'expires'").contains("ISO 8601");
    }

    @Test
    void headersOfTheWrongType_arePoison() {
        List<Map.Entry<String, Object>> wrong = List.of(
                Map.entry("eta", 5),
                Map.entry("expires", 1.5),
                Map.entry("id", 7),
                Map.entry("id", ""),
                Map.entry("task", List.of("x")),
                Map.entry("task", new byte[] {(byte) 0xff}),
                Map.entry("group", 4L),
                Map.entry("retries", "3"),
                Map.entry("retries", -1),
                Map.entry("retries", 1 << 20),
                Map.entry("retries", 1.0),
                Map.entry("retries", true),
                Map.entry("replaced_task_nesting", -1L),
                Map.entry("replaced_task_nesting", 1L << 31),
                Map.entry("timelimit", List.of(5)),
                Map.entry("timelimit", "ab"),
                Map.entry("timelimit", List.of("1", "2")));
        for (Map.Entry<String, Object> header : wrong) {
            Decoded.Undecodable poison = poison(with(header.getKey(), header.getValue()));
            assertThat(poison.reason()).as("%s", header).isEqualTo(PoisonReason.MALFORMED_HEADER);
            assertThat(poison.detail()).contains("'" + header.getKey() + "'");
        }
    }

    @Test
    void voidOrMissingFields_haveDefaults() {
        TaskMessage message = task(with("retries", null));

        assertThat(message.retries()).isZero();
        assertThat(message.nesting()).isZero();
        assertThat(message.rootId()).isEqualTo("t-1");
        assertThat(message.ignoreResult()).isNull();
        assertThat(message.customHeaders()).isEmpty();
        assertThat(task(with("group_index", "first")).groupIndex()).isNull();
        assertThat(task(with("timelimit", Arrays.asList(null, 2.5))).id()).isEqualTo("t-1");
        assertThat(task(with("retries", (1L << 20) - 1)).retries()).isEqualTo((1 << 20) - 1);
    }

    @Test
    void customHeaders_leaveOutCeleryAndTheBroker() {
        Map<String, @Nullable Object> headers = with("tenant", "a");
        headers.put("x-death", List.of());
        headers.put("x-first-death-queue", "q");
        headers.put("x-sedano-key", "k");
        headers.put("stamps", Map.of("tenant", "b"));

        assertThat(task(headers).customHeaders())
                .containsOnly(Map.entry("tenant", "a"), Map.entry("x-sedano-key", "k"));
    }

    /** Such an id would be the record of scope "shop.charge" and key "order-1", or of a long key. */
    @Test
    void idThatNamesTheRecordOfAnExplicitKey_isPoison() {
        String long1 = "order-".repeat(50);
        for (TaskKey victim :
                List.of(TaskKey.explicit("shop.charge", "order-1"), TaskKey.explicit("shop.charge", long1))) {
            Decoded.Undecodable poison = poison(with("id", victim.record()));

            assertThat(poison.reason()).isEqualTo(PoisonReason.MALFORMED_HEADER);
            assertThat(poison.detail())
                    .startsWith("field 'id' is '" + victim.record().replace('\0', '?') + "'")
                    .endsWith("such as a UUID");
        }
        assertThat(poison(with("id", "a\0" + "b".repeat(500))).detail()).hasSizeLessThan(200);
        assertThat(task(with("id", "x-sha256:1")).id()).isEqualTo("x-sha256:1");
        assertThat(TaskKey.ofTaskId(long1).record()).startsWith("sha256:");
    }

    @Test
    void missingId_isPoison() {
        Map<String, @Nullable Object> headers = with("x", 1);
        headers.remove("id");

        assertThat(poison(headers).reason()).isEqualTo(PoisonReason.MALFORMED_HEADER);
        assertThat(poison(headers).task()).isEqualTo("shop.charge");
        headers.put("id", "t-1");
        headers.put("task", null);
        assertThat(poison(headers).reason()).isEqualTo(PoisonReason.NOT_A_TASK);
    }

    @ParameterizedTest
    @ValueSource(strings = {"application/json; charset=utf-8", "Application/JSON", "text/json", ""})
    void contentType_isMatchedExactly(String type) {
        MessageProperties properties = properties(type, "utf-8", with("x", 1));

        assertThat(((Decoded.Undecodable) decoder.decode(properties, bytes(BODY))).reason())
                .isEqualTo(PoisonReason.CONTENT_TYPE);
    }

    @Test
    void missingContentType_isPoison() {
        Decoded decoded = decoder.decode(properties(null, null, with("x", 1)), bytes(BODY));

        assertThat(((Decoded.Undecodable) decoded).reason()).isEqualTo(PoisonReason.CONTENT_TYPE);
    }

    @Test
    void latin1_isHonoured_anyOtherEncodingIsUtf8() {
        byte[] latin = "[[\"é\"], {}, {}]".getBytes(StandardCharsets.ISO_8859_1);
        byte[] utf8 = bytes("[[\"é\"], {}, {}]");
        for (String encoding : List.of("latin-1", "ISO-8859-1")) {
            assertThat(((Decoded.Task) decoder.decode(properties("application/json", encoding, with("x", 1)), latin))
                            .message()
                            .args())
                    .isEqualTo(List.of("é"));
        }
        for (String encoding : new String[] {"utf-8", "binary", "klingon"}) {
            assertThat(((Decoded.Task) decoder.decode(properties("application/json", encoding, with("x", 1)), utf8))
                            .message()
                            .args())
                    .isEqualTo(List.of("é"));
        }
        assertThat(decoder.decode(properties("application/json", "utf-8", with("x", 1)), latin))
                .isInstanceOf(Decoded.Undecodable.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[[1], null, {}]",
                "[[1], [], {}]",
                "[[1], {}, 5]",
                "[[1], {}, {\"callbacks\": 5}]",
                "[true, {}, {}]",
                "\"abc\"",
                "\uFEFF[[1], {}, {}]",
                "[[1], {}, {}] x",
                "[[1], {}, {}"
            })
    void oddBodies_arePoison(String body) {
        Decoded decoded = decoder.decode(properties("application/json", "utf-8", with("x", 1)), bytes(body));

        assertThat(decoded).isInstanceOf(Decoded.Undecodable.class);
        assertThat(((Decoded.Undecodable) decoded).reason()).isEqualTo(PoisonReason.MALFORMED_BODY);
        assertThat(((Decoded.Undecodable) decoded).id()).isEqualTo("t-1");
    }

    @Test
    void textAsArgs_isSpreadIntoCharacters() {
        Decoded decoded =
                decoder.decode(properties("application/json", "utf-8", with("x", 1)), bytes("[\"a😀\", {}, {}]"));

        assertThat(((Decoded.Task) decoded).message().args()).isEqualTo(List.of("a", "😀"));
    }

    @Test
    void hybrid_headersBeatTheBody() {
        String body =
                "{\"task\": \"other\", \"id\": \"b\", \"args\": [1], \"retries\": 2, \"chord\": {\"task\": \"c\"}}";

        TaskMessage message = ((Decoded.Task)
                        decoder.decode(properties("application/json", "utf-8", with("x", 1)), bytes(body)))
                .message();

        assertThat(message.task()).isEqualTo("shop.charge");
        assertThat(message.id()).isEqualTo("t-1");
        assertThat(message.retries()).isEqualTo(2);
        assertThat(message.kwargs()).isEmpty();
        assertThat(message.embed().chord()).isEqualTo(Map.of("task", "c"));
    }

    @Test
    void protocol1_tasksetIsTheGroup_andCallersHeadersAreKept() {
        String body =
                "{\"task\": \"t\", \"id\": \"i\", \"taskset\": \"G\", \"group\": \"old\", \"eta\": \"2026-01-31\"}";

        TaskMessage message = ((Decoded.Task) decoder.decode(
                        properties("application/json", "utf-8", new HashMap<>(Map.of("idempotency_key", "k"))),
                        bytes(body)))
                .message();

        assertThat(message.protocol()).isEqualTo(1);
        assertThat(message.group()).isEqualTo("G");
        assertThat(message.customHeaders()).isEqualTo(Map.of("idempotency_key", "k"));
        assertThat(message.eta()).isEqualTo(Instant.parse("2026-01-31T00:00:00Z"));
    }

    private TaskMessage task(Map<String, @Nullable Object> headers) {
        Decoded decoded = decoder.decode(properties("application/json", "utf-8", headers), bytes(BODY));
        assertThat(decoded).isInstanceOf(Decoded.Task.class);
        return ((Decoded.Task) decoded).message();
    }

    private Decoded.Undecodable poison(Map<String, @Nullable Object> headers) {
        Decoded decoded = decoder.decode(properties("application/json", "utf-8", headers), bytes(BODY));
        assertThat(decoded).as("%s", headers).isInstanceOf(Decoded.Undecodable.class);
        return (Decoded.Undecodable) decoded;
    }

    private static Map<String, @Nullable Object> with(String name, @Nullable Object value) {
        Map<String, @Nullable Object> headers = new HashMap<>();
        headers.put("task", "shop.charge");
        headers.put("id", "t-1");
        if (!name.equals("x")) {
            headers.put(name, value);
        }
        return headers;
    }

    private static MessageProperties properties(
            @Nullable String type, @Nullable String encoding, Map<String, @Nullable Object> headers) {
        return new MessageProperties(type, encoding, null, null, null, null, headers);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
