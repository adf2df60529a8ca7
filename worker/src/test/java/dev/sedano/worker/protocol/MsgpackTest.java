package dev.sedano.worker.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MsgpackTest {
    private final Encoder encoder = new Encoder(new CeleryJson());

    /** Bytes as Python's msgpack 1.2 writes them; both ways. */
    @ParameterizedTest
    @CsvSource({
        "c0, null",
        "c2, false",
        "c3, true",
        "00, 0",
        "7f, 127",
        "cc80, 128",
        "ccff, 255",
        "cd0100, 256",
        "cdffff, 65535",
        "ce00010000, 65536",
        "ceffffffff, 4294967295",
        "cf0000000100000000, 4294967296",
        "cf7fffffffffffffff, 9223372036854775807",
        "cf8000000000000000, 9223372036854775808",
        "cfffffffffffffffff, 18446744073709551615",
        "ff, -1",
        "e0, -32",
        "d0df, -33",
        "d080, -128",
        "d1ff7f, -129",
        "d18000, -32768",
        "d2ffff7fff, -32769",
        "d280000000, -2147483648",
        "d3ffffffff7fffffff, -2147483649",
        "d38000000000000000, -9223372036854775808",
        "cb3ff8000000000000, 1.5",
        "cb7ff8000000000000, NaN",
        "cbfff0000000000000, -Infinity",
        "cb8000000000000000, -0.0",
        "a0, ''",
        "a3c3a962, 'éb'",
        "9101, [1]",
        "81a16101, '{\"a\": 1}'"
    })
    void scalars_areThoseOfPython(String hex, String json) {
        byte[] bytes = HexFormat.of().parseHex(hex);
        Object value = json.isEmpty() || json.equals("éb")
                ? json
                : new CeleryJson().decode(json.getBytes(java.nio.charset.StandardCharsets.UTF_8));

        assertThat(encoder.plain(bytes, Serializer.MSGPACK)).isEqualTo(value);
        assertThat(HexFormat.of().formatHex(encoder.bytes(value, Serializer.MSGPACK, 1000)))
                .isEqualTo(hex);
    }

    @Test
    void everyLengthClass_survives() {
        for (int size : new int[] {0, 15, 16, 31, 32, 255, 256, 65_535, 65_536}) {
            List<@Nullable Object> list = new ArrayList<>();
            Map<String, @Nullable Object> map = new LinkedHashMap<>();
            for (int i = 0; i < size; i++) {
                list.add((long) i);
                map.put("k" + i, null);
            }
            List<@Nullable Object> value = List.of("x".repeat(size), new byte[size], list, map);

            byte[] bytes = encoder.bytes(value, Serializer.MSGPACK, 10 << 20);

            assertThat(encoder.plain(bytes, Serializer.MSGPACK))
                    .usingRecursiveComparison()
                    .isEqualTo(value);
        }
    }

    @Test
    void floatsOf32Bits_areRead() {
        assertThat(encoder.plain(HexFormat.of().parseHex("ca3fc00000"), Serializer.MSGPACK))
                .isEqualTo(1.5);
    }

    @Test
    void instants_areTimestamps() {
        for (String text : List.of(
                "1970-01-01T00:00:00Z",
                "2026-01-31T12:00:00Z",
                "2026-01-31T12:00:00.000001Z",
                "2106-02-07T06:28:16Z",
                "0001-01-01T00:00:00Z",
                "9999-12-31T23:59:59.999999999Z")) {
            OffsetDateTime time = Instant.parse(text).atOffset(ZoneOffset.UTC);

            byte[] bytes = encoder.bytes(time, Serializer.MSGPACK, 100);

            assertThat(encoder.plain(bytes, Serializer.MSGPACK)).isEqualTo(time);
        }
        assertThat(HexFormat.of().formatHex(encoder.bytes(Instant.ofEpochSecond(1), Serializer.MSGPACK, 100)))
                .isEqualTo("d6ff00000001");
    }

    @Test
    void whatPythonCannotWrite_hasNoForm() {
        for (Object value : List.of(
                new BigDecimal("1.10"),
                UUID.randomUUID(),
                LocalDate.EPOCH,
                BigInteger.ONE.shiftLeft(64),
                BigInteger.ONE.shiftLeft(63).negate().subtract(BigInteger.ONE),
                "\ud83d")) {
            assertThatThrownBy(() -> encoder.bytes(List.of(value), Serializer.MSGPACK, 1000))
                    .as("%s", value)
                    .isInstanceOf(EncodingException.class);
        }
    }

    @Test
    void size_isLimited() {
        EncodingException tooLarge = catchThrowableOfType(
                EncodingException.class, () -> encoder.bytes("x".repeat(100), Serializer.MSGPACK, 100));

        assertThat(tooLarge.tooLarge()).isTrue();
        assertThat(encoder.bytes("x".repeat(100), Serializer.MSGPACK, 102)).hasSize(102);
    }

    @ParameterizedTest
    @CsvSource({
        "'', ends too early",
        "c1, 0xc1",
        "91, ends too early",
        "0000, after the end",
        "d9, ends too early",
        "d9ff41, ends too early",
        "dbffffffff, ends too early",
        "c6ffffffff00, ends too early",
        "ddffffffff00, ends too early",
        "dfffffffff00, ends too early",
        "a1ff, not valid UTF-8",
        "810101, a key of a msgpack map is int",
        "819001, a key of a msgpack map is list",
        "81c4016101, a key of a msgpack map is bytes",
        "d40500, extension of type 5",
        "c70cff3b9aca000000000000000000, timestamp out of range",
        "d7ffffffffffffffffff, timestamp out of range",
        "c70cff000000007fffffffffffffff, timestamp out of range",
        "c703ff000000, timestamp of 3 bytes"
    })
    void malformedBytes_areRefused(String hex, String problem) {
        assertThatThrownBy(() -> encoder.plain(HexFormat.of().parseHex(hex), Serializer.MSGPACK))
                .isInstanceOf(ProtocolException.class)
                .hasMessageContaining(problem);
    }

    @Test
    void depth_isLimited() {
        byte[] deep = new byte[501];
        Arrays.fill(deep, (byte) 0x91);
        deep[500] = 1;

        assertThat(encoder.plain(deep, Serializer.MSGPACK)).isInstanceOf(List.class);
        byte[] deeper = new byte[1_000_000];
        Arrays.fill(deeper, (byte) 0x91);
        ProtocolException refused =
                catchThrowableOfType(ProtocolException.class, () -> encoder.plain(deeper, Serializer.MSGPACK));
        assertThat(refused.reason()).isEqualTo(PoisonReason.LIMIT);
        assertThat(refused).hasMessageContaining("500 levels");
    }
}
