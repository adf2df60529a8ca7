package dev.sedano.worker.canvas;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sedano.task.Retry;
import dev.sedano.worker.protocol.CeleryJson;
import dev.sedano.worker.protocol.Decoded;
import dev.sedano.worker.protocol.Encoder;
import dev.sedano.worker.protocol.MessageDecoder;
import dev.sedano.worker.protocol.MessageProperties;
import dev.sedano.worker.protocol.PayloadForm;
import dev.sedano.worker.protocol.Serializer;
import dev.sedano.worker.protocol.TaskMessage;
import dev.sedano.worker.protocol.compression.Compression;
import java.math.BigDecimal;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The serializer and compression of messages that follow a task. */
class MessageFormTest {
    private static final CeleryJson JSON = new CeleryJson();
    private static final PayloadForm SETTINGS = new PayloadForm(Serializer.MSGPACK, Compression.ZLIB);

    private final MessageDecoder decoder = new MessageDecoder(JSON);
    private final FollowUps followUps = new FollowUps(JSON, Clock.systemUTC(), "gen1@test", "celery", SETTINGS);

    @Test
    void callbacks_haveTheFormOfTheSettings() {
        OutgoingMessage message = callback(Map.of(), 7L);

        assertThat(message.properties().contentType()).isEqualTo("application/x-msgpack");
        assertThat(message.properties().contentEncoding()).isEqualTo("binary");
        assertThat(message.properties().headers()).containsEntry("compression", "application/x-gzip");
        assertThat(decoded(message).args()).isEqualTo(List.of(7L, "x"));
    }

    @Test
    void theOptionsOfASignature_winOverTheSettings() {
        OutgoingMessage message = callback(Map.of("serializer", "yaml", "compression", "zstd"), 7L);

        assertThat(message.properties().contentType()).isEqualTo("application/x-yaml");
        assertThat(message.properties().headers()).containsEntry("compression", "application/zstd");
        assertThat(decoded(message).args()).isEqualTo(List.of(7L, "x"));
    }

    @Test
    void optionsThatCannotBeWritten_leaveTheSettings() {
        OutgoingMessage message = callback(Map.of("serializer", "pickle", "compression", "brotli"), 7L);

        assertThat(message.properties().contentType()).isEqualTo("application/x-msgpack");
        assertThat(message.properties().headers()).containsEntry("compression", "application/x-gzip");
        assertThat(decoded(message).args()).isEqualTo(List.of(7L, "x"));
    }

    @Test
    void whatHasNoFormInTheSerializer_isSentAsJson() {
        OutgoingMessage message = callback(Map.of(), new BigDecimal("1.10"));

        assertThat(message.properties().contentType()).isEqualTo("application/json");
        assertThat(decoded(message).args()).isEqualTo(List.of(new BigDecimal("1.10"), "x"));
    }

    @Test
    void retryWithTheSameArguments_keepsTheBytesAndWhatIsSaidOfThem() {
        Encoder.Payload payload = new Encoder(JSON)
                .encode(List.of(List.of(1L), Map.of(), Map.of()), new PayloadForm(Serializer.YAML, Compression.XZ));
        MessageProperties properties = properties(payload, "xz");
        FollowUps.Origin origin = new FollowUps.Origin("", "q", "q", properties, payload.body());

        OutgoingMessage retry =
                followUps.retry(decoded(properties, payload.body()), origin, Retry.in(Duration.ZERO), Map.of());

        assertThat(retry.body()).isEqualTo(payload.body());
        assertThat(retry.properties().contentType()).isEqualTo("application/x-yaml");
        assertThat(retry.properties().headers()).containsEntry("compression", "xz");
        assertThat(decoded(retry).args()).isEqualTo(List.of(1L));
        assertThat(decoded(retry).retries()).isEqualTo(1);
    }

    @Test
    void retryWithOtherArguments_hasTheFormOfTheSettings() {
        Encoder.Payload payload = new Encoder(JSON)
                .encode(List.of(List.of(1L), Map.of(), Map.of()), new PayloadForm(Serializer.YAML, Compression.XZ));
        MessageProperties properties = properties(payload, "xz");
        FollowUps.Origin origin = new FollowUps.Origin("", "q", "q", properties, payload.body());
        Retry other = Retry.in(Duration.ZERO).with(List.of(2L), Map.of());

        OutgoingMessage retry = followUps.retry(decoded(properties, payload.body()), origin, other, Map.of());

        assertThat(retry.properties().contentType()).isEqualTo("application/x-msgpack");
        assertThat(retry.properties().contentEncoding()).isEqualTo("binary");
        assertThat(retry.properties().headers()).containsEntry("compression", "application/x-gzip");
        assertThat(decoded(retry).args()).isEqualTo(List.of(2L));
        OutgoingMessage plain = new FollowUps(JSON, Clock.systemUTC(), "gen1@test", "celery")
                .retry(decoded(properties, payload.body()), origin, other, Map.of());
        assertThat(plain.properties().headers()).doesNotContainKey("compression");
        assertThat(decoded(plain).args()).isEqualTo(List.of(2L));
    }

    private OutgoingMessage callback(Map<String, Object> options, Object result) {
        Map<String, @Nullable Object> signature = new HashMap<>(Map.of(
                "task", "next", "args", List.of("x"), "kwargs", Map.of(), "options", options, "immutable", false));
        signature.put("subtask_type", null);
        byte[] body = JSON.encode(List.of(List.of(), Map.of(), Map.of("callbacks", List.of(signature))));
        TaskMessage task = decoded(properties(Encoder.ofJson(body), null), body);
        FollowUp only = followUps.afterSuccess(task, result, null).followUps().get(0);
        return ((FollowUp.Send) only).message();
    }

    private static MessageProperties properties(Encoder.Payload payload, @Nullable String compression) {
        Map<String, @Nullable Object> headers = new HashMap<>(Map.of("task", "t", "id", "i"));
        headers.put("compression", compression);
        return new MessageProperties(payload.contentType(), payload.contentEncoding(), "i", null, null, null, headers);
    }

    private TaskMessage decoded(OutgoingMessage message) {
        return decoded(message.properties(), message.body());
    }

    private TaskMessage decoded(MessageProperties properties, byte[] body) {
        Decoded decoded = decoder.decode(properties, body);
        assertThat(decoded).isInstanceOf(Decoded.Task.class);
        return ((Decoded.Task) decoded).message();
    }
}
