package dev.sedano.worker.result;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sedano.worker.protocol.CeleryJson;
import dev.sedano.worker.protocol.Golden;
import dev.sedano.worker.protocol.PayloadForm;
import dev.sedano.worker.protocol.ProtocolException;
import dev.sedano.worker.protocol.ResultForm;
import dev.sedano.worker.protocol.Serializer;
import dev.sedano.worker.protocol.TaskMessage;
import dev.sedano.worker.protocol.compression.Compression;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/** What Celery stored in other serializers and compressed, and our records in these forms. */
class ResultFormTest {
    private static final CeleryJson JSON = new CeleryJson();

    static Stream<Arguments> captured() {
        return Golden.names("results").stream()
                .filter(name -> name.startsWith("result_"))
                .flatMap(name -> {
                    JsonNode golden = Golden.read("results", name);
                    return golden.get("redis")
                            .valueStream()
                            .flatMap(entry -> texts(entry.get("value")))
                            .map(stored -> Arguments.of(name, stored));
                });
    }

    /** Records, and the parts of chords; not the sizes and claims beside them. */
    private static Stream<byte[]> texts(JsonNode value) {
        if (value.has("$bytes")) {
            return Stream.of(Base64.getDecoder().decode(value.get("$bytes").stringValue()));
        } else if (value.isString() && value.stringValue().length() > 20) {
            return Stream.of(value.stringValue().getBytes(StandardCharsets.UTF_8));
        } else if (value.isArray() && !value.isEmpty() && value.get(0).isArray()) {
            return value.valueStream().flatMap(pair -> texts(pair.get(0)));
        }
        return Stream.of();
    }

    @ParameterizedTest
    @MethodSource("captured")
    void whatCeleryStored_isRead_whateverOurSetting(String name, byte[] stored) {
        for (Serializer serializer : Serializer.values()) {
            Object value = new ResultForm(JSON, new PayloadForm(serializer, null)).read(stored);

            if (value instanceof Map<?, ?> record) {
                assertThat(record.get("status")).as(name).isIn("SUCCESS", "FAILURE");
                assertThat(record.containsKey("result")).isTrue();
            } else {
                assertThat(((List<?>) Objects.requireNonNull(value)).get(0))
                        .as(name)
                        .isEqualTo(1L);
            }
        }
    }

    @Test
    void msgpackRecord_isByteForByteTheSame() {
        byte[] golden = captured()
                .filter(each -> each.get()[0].equals("result_msgpack_plain_success"))
                .map(each -> (byte[]) each.get()[1])
                .findFirst()
                .orElseThrow();
        ResultForm form = new ResultForm(JSON, new PayloadForm(Serializer.MSGPACK, null));
        Map<?, ?> record = (Map<?, ?>) Objects.requireNonNull(form.read(golden));
        ResultEncoder encoder =
                encoder(form, OffsetDateTime.parse((String) Objects.requireNonNull(record.get("date_done"))));

        byte[] ours = form.toStore(
                encoder.success(message((String) Objects.requireNonNull(record.get("task_id"))), record.get("result"))
                        .json());

        assertThat(ours).isEqualTo(golden);
    }

    @ParameterizedTest
    @EnumSource(Compression.class)
    void compressedRecords_tellTheirCompression(Compression compression) {
        if (!compression.writes()) {
            return;
        }
        byte[] record = "{\"status\": \"SUCCESS\", \"result\": 1}".getBytes(StandardCharsets.US_ASCII);

        byte[] stored = new ResultForm(JSON, new PayloadForm(Serializer.JSON, compression)).toStore(record);

        assertThat(new String(stored, StandardCharsets.ISO_8859_1))
                .startsWith("\0celery-compressed\0" + compression.mime() + "\0");
        assertThat(ResultForm.ofJson(JSON).read(stored)).isEqualTo(JSON.decode(record));
    }

    @Test
    void damagedRecords_areRefused() {
        for (String stored : List.of(
                "\0celery-compressed\0",
                "\0celery-compressed\0application/x-gzip",
                "\0celery-compressed\0klingon\0x",
                "\0celery-compressed\0application/x-gzip\0x",
                "\0celery-compressed\0" + "x".repeat(1000),
                "{\"status\"")) {
            assertThatThrownBy(() -> ResultForm.ofJson(JSON).read(stored.getBytes(StandardCharsets.ISO_8859_1)))
                    .as(stored)
                    .isInstanceOf(ProtocolException.class);
        }
    }

    @Test
    void resultsWithoutAForm_areFailuresThatCanBeRead() {
        ResultForm form = new ResultForm(JSON, new PayloadForm(Serializer.MSGPACK, null));
        ResultEncoder encoder = encoder(form, OffsetDateTime.parse("2026-01-01T00:00:00Z"));

        for (Object value : List.of(new BigDecimal("1.1"), "half \ud83d")) {
            ResultRecord record = encoder.success(message("t"), value);

            assertThat(record.state()).isEqualTo(ResultState.FAILURE);
            Map<?, ?> read = (Map<?, ?>) Objects.requireNonNull(form.read(form.toStore(record.json())));
            assertThat(read.get("result")).asString().contains("EncodeError");
        }
        assertThat(encoder.success(message("t"), List.of(1, "x")).state()).isEqualTo(ResultState.SUCCESS);
    }

    @Test
    void failuresWithOddTexts_areStoredAllTheSame() {
        ResultForm form = new ResultForm(JSON, new PayloadForm(Serializer.MSGPACK, null));
        ResultRecord record = encoder(form, OffsetDateTime.parse("2026-01-01T00:00:00Z"))
                .failure(message("t"), new IllegalArgumentException("half \ud83d pair"));

        Map<?, ?> read = (Map<?, ?>) Objects.requireNonNull(form.read(form.toStore(record.json())));

        assertThat(read.get("result")).asString().contains("half ? pair");
    }

    @Test
    void replies_sayTheirSerializer_andAreNotCompressed() {
        ResultForm form = new ResultForm(JSON, new PayloadForm(Serializer.YAML, Compression.ZSTD));

        assertThat(form.toReply("{\"status\": \"SUCCESS\"}".getBytes(StandardCharsets.US_ASCII)))
                .satisfies(reply -> assertThat(reply.contentType()).isEqualTo("application/x-yaml"))
                .satisfies(reply -> assertThat(reply.compression()).isNull())
                .satisfies(reply -> assertThat(reply.body())
                        .asString(StandardCharsets.US_ASCII)
                        .isEqualTo("{\"status\": \"SUCCESS\"}"));
    }

    private static ResultEncoder encoder(ResultForm form, OffsetDateTime now) {
        return new ResultEncoder(JSON, new ExceptionEncoding(), Clock.fixed(now.toInstant(), ZoneOffset.UTC), form);
    }

    private static TaskMessage message(String id) {
        return new TaskMessage(
                2,
                "proj.task",
                id,
                id,
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
                List.of(),
                Map.of(),
                TaskMessage.Embed.NONE);
    }
}
