package dev.sedano.worker.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class YamlTest {
    private final Encoder encoder = new Encoder(new CeleryJson());

    /** As PyYAML 6.0.3's {@code safe_load} reads them. */
    static Stream<Arguments> scalars() {
        return Stream.of(
                Arguments.of("~", null),
                Arguments.of("null", null),
                Arguments.of("", null),
                Arguments.of("on", true),
                Arguments.of("NO", false),
                Arguments.of("y", "y"),
                Arguments.of("tRue", "tRue"),
                Arguments.of("12", 12L),
                Arguments.of("+12", 12L),
                Arguments.of("-0", 0L),
                Arguments.of("1_000", 1000L),
                Arguments.of("012", 10L),
                Arguments.of("0b101", 5L),
                Arguments.of("0x1F", 31L),
                Arguments.of("0o17", "0o17"),
                Arguments.of("089", "089"),
                Arguments.of("1:30", 90L),
                Arguments.of("-1:30:00", -5400L),
                Arguments.of("1" + "0".repeat(40), BigInteger.TEN.pow(40)),
                Arguments.of("1e3", "1e3"),
                Arguments.of("1.0e3", "1.0e3"),
                Arguments.of("1.0e+3", 1000.0),
                Arguments.of("1.", 1.0),
                Arguments.of(".5", 0.5),
                Arguments.of("-.5", "-.5"),
                Arguments.of("1:30.5", 90.5),
                Arguments.of(".inf", Double.POSITIVE_INFINITY),
                Arguments.of("-.INF", Double.NEGATIVE_INFINITY),
                Arguments.of(".NaN", Double.NaN),
                Arguments.of("!!float 1e3", 1000.0),
                Arguments.of("!!str 12", "12"),
                Arguments.of("'012'", "012"),
                Arguments.of("\"\\ud83d\"", "\ud83d"),
                Arguments.of("\"\\U0001f600\"", "😀"),
                Arguments.of("2024-02-29", LocalDate.of(2024, 2, 29)),
                Arguments.of("2024-2-29", "2024-2-29"),
                Arguments.of("2024-01-02 03:04:05", LocalDateTime.of(2024, 1, 2, 3, 4, 5)),
                Arguments.of("2024-01-02T03:04:05.000678Z", OffsetDateTime.parse("2024-01-02T03:04:05.000678Z")),
                Arguments.of("2024-1-2 3:04:05.5 -5", OffsetDateTime.parse("2024-01-02T03:04:05.5-05:00")),
                Arguments.of("2024-01-02T03:04:05+05:45", OffsetDateTime.parse("2024-01-02T03:04:05+05:45")),
                Arguments.of("=1", "=1"));
    }

    @ParameterizedTest
    @MethodSource("scalars")
    void scalars_areThoseOfPyYaml(String yaml, @Nullable Object value) {
        assertThat(read(yaml)).isEqualTo(value);
    }

    @Test
    void collections_areThoseOfPyYaml() {
        assertThat(read("!!set {b, a}")).isEqualTo(new LinkedHashSet<>(List.of("b", "a")));
        assertThat(read("!!omap [a: 1, b: 2]")).isEqualTo(List.of(List.of("a", 1L), List.of("b", 2L)));
        assertThat(read("!!binary \"/wA=\"")).isEqualTo(new byte[] {-1, 0});
        Map<@Nullable Object, @Nullable Object> keys = new LinkedHashMap<>();
        keys.put(1L, "a");
        keys.put(1.5, "b");
        keys.put(null, "c");
        keys.put(true, "d");
        keys.put(LocalDate.of(2024, 1, 1), "e");
        assertThat(read("{1: a, 1.5: b, null: c, true: d, 2024-01-01: e}")).isEqualTo(keys);
        assertThat(read("{a: 1, a: 2}")).isEqualTo(Map.of("a", 2L));
        assertThat(read("- &x [1]\n- *x\n- *x")).isEqualTo(List.of(List.of(1L), List.of(1L), List.of(1L)));
        assertThat(read("- &b {x: 1, y: 2}\n- {<<: *b, x: 3}"))
                .isEqualTo(List.of(Map.of("x", 1L, "y", 2L), Map.of("x", 3L, "y", 2L)));
        assertThat(read("- &b {x: 1}\n- &c {x: 2, z: 3}\n- {<<: [*b, *c]}"))
                .isEqualTo(List.of(Map.of("x", 1L), Map.of("x", 2L, "z", 3L), Map.of("x", 1L, "z", 3L)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "!!python/object/apply:os.system [ls]",
                "!!python/tuple [1]",
                "!!javax.script.ScriptEngineManager []",
                "!foo 1",
                "!_%0",
                "!_%0 1",
                "!<%> 1",
                "!!set [a]",
                "!!map [a]",
                "!!seq {a: 1}",
                "{[1]: 2}",
                "{{a: 1}: 2}",
                "{!!binary YQ==: 2}",
                "!!set {[1]}",
                "!!omap [{a: 1, b: 2}]",
                "!!int x",
                "!!bool maybe",
                "!!float x",
                "!!timestamp noon",
                "!!binary \"a\"",
                "2024-13-01",
                "2024-01-01 24:00:00",
                "2024-01-01 00:00:00 +24:00",
                "&a [*a]",
                "&a {k: *a}",
                "*nowhere",
                "[1",
                "a: b: c",
                "--- 1\n--- 2",
                "\"\\q\"",
                "{<<: 1}",
                "{<<: [1]}",
                "\u0000",
                "%YAML 2.0\n--- 1"
            })
    void whatSafeLoadRefuses_isRefused(String yaml) {
        ProtocolException refused = catchThrowableOfType(ProtocolException.class, () -> read(yaml));

        assertThat(refused).isNotNull();
        assertThat(refused.reason()).isEqualTo(PoisonReason.MALFORMED_BODY);
        assertThat(refused).hasMessageNotContaining("\n").hasMessageNotContaining("ls]");
    }

    /** A billion laughs: nine lines of nine aliases each. */
    @Test
    void aliasBombs_areStopped() {
        StringBuilder yaml = new StringBuilder("a: &a [x, x, x, x, x, x, x, x, x]\n");
        for (char name = 'b'; name <= 'i'; name++) {
            String alias = "*" + (char) (name - 1);
            yaml.append(name).append(": &").append(name).append(" [");
            yaml.append(
                    String.join(", ", Arrays.asList(alias, alias, alias, alias, alias, alias, alias, alias, alias)));
            yaml.append("]\n");
        }

        ProtocolException refused = catchThrowableOfType(ProtocolException.class, () -> read(yaml.toString()));

        assertThat(refused.reason()).isEqualTo(PoisonReason.LIMIT);
        assertThat(refused).hasMessageContaining("aliases").hasMessageContaining("1000000");
    }

    @Test
    void manyAliasesOfOneValue_areFine() {
        String yaml = "- &a {k: [1]}\n" + "- *a\n".repeat(10_000);

        assertThat((List<?>) read(yaml)).hasSize(10_001).last().isEqualTo(Map.of("k", List.of(1L)));
    }

    @Test
    void depthAndNumbers_areLimited() {
        assertThat(read("[".repeat(400) + "]".repeat(400))).isInstanceOf(List.class);
        for (String yaml :
                List.of("[".repeat(100_000), "{a: ".repeat(100_000), "- ".repeat(100_000), "9".repeat(10_001))) {
            ProtocolException refused = catchThrowableOfType(ProtocolException.class, () -> read(yaml));
            assertThat(refused).as(yaml.substring(0, 5)).isNotNull();
            assertThat(refused.reason()).as(yaml.substring(0, 5)).isEqualTo(PoisonReason.LIMIT);
        }
        assertThatThrownBy(() -> read("1" + ":1".repeat(100_000))).isInstanceOf(ProtocolException.class);
    }

    @Test
    void values_surviveTheRoundTrip() {
        Map<@Nullable Object, @Nullable Object> keys = new LinkedHashMap<>();
        keys.put(1L, "a");
        keys.put(1.5, "b");
        keys.put(null, "c");
        keys.put("k".repeat(5_000), "d");
        keys.put("a: b # c\n'\"\\😀\ud83d\u2028", "e");
        List<@Nullable Object> value = Arrays.asList(
                keys,
                new LinkedHashSet<>(List.of("x", 2L)),
                1e22,
                -1e-7,
                0.1,
                Double.NaN,
                Double.NEGATIVE_INFINITY,
                BigInteger.TEN.pow(300),
                LocalDate.of(1, 1, 1),
                LocalDateTime.of(9999, 12, 31, 23, 59, 59, 999_999_000),
                OffsetDateTime.parse("2024-01-02T03:04:05.000678-03:30"),
                new byte[] {1, -1},
                "on",
                "1e3",
                "",
                List.of(),
                Map.of());

        byte[] yaml = encoder.bytes(value, Serializer.YAML, 1 << 20);

        List<?> back = (List<?>) Objects.requireNonNull(encoder.plain(yaml, Serializer.YAML));
        assertThat(back).hasSameSizeAs(value);
        for (int i = 0; i < value.size(); i++) {
            assertThat(back.get(i)).isEqualTo(value.get(i));
        }
        assertThat(new String(yaml, StandardCharsets.ISO_8859_1)).isASCII();
    }

    @Test
    void whatPythonCannotWrite_hasNoForm() {
        for (Object value : List.of(
                new BigDecimal("1.10"),
                UUID.randomUUID(),
                LocalTime.NOON,
                OffsetDateTime.parse("2024-01-02T03:04:05+01:02:03"))) {
            assertThatThrownBy(() -> encoder.bytes(List.of(value), Serializer.YAML, 1000))
                    .as("%s", value)
                    .isInstanceOf(EncodingException.class);
        }
    }

    private @Nullable Object read(String yaml) {
        return encoder.plain(yaml.getBytes(StandardCharsets.UTF_8), Serializer.YAML);
    }
}
