package dev.sedano.worker.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/** Every captured task message decodes as Celery meant it. */
class MessageDecoderGoldenTest {
    private final MessageDecoder decoder = new MessageDecoder(new CeleryJson());

    static List<String> names() {
        return Golden.names("task").stream()
                .filter(name -> !Golden.read("task", name).has("producer_error"))
                .toList();
    }

    @ParameterizedTest
    @MethodSource("names")
    void decodesAsExpected(String name) {
        JsonNode golden = Golden.read("task", name);
        MessageProperties properties = Golden.properties(golden);

        Decoded decoded = decoder.decode(properties, Golden.body(golden));

        if (name.equals("ser_pickle_none")) {
            assertThat(reason(decoded)).isEqualTo(PoisonReason.PICKLE);
        } else if (golden.get("decoded_expectation").has("decode_error")) {
            assertThat(reason(decoded)).isEqualTo(PoisonReason.MALFORMED_BODY);
        } else {
            assertThat(decoded).isInstanceOf(Decoded.Task.class);
            check(((Decoded.Task) decoded).message(), golden, properties);
        }
    }

    @ParameterizedTest
    @MethodSource("names")
    void everyMessageOfACallDecodes(String name) {
        for (JsonNode message : Golden.read("task", name).path("messages")) {
            assertThat(decoder.decode(Golden.properties(message), Golden.body(message)))
                    .isInstanceOf(Decoded.Task.class);
        }
    }

    private static PoisonReason reason(Decoded decoded) {
        assertThat(decoded).isInstanceOf(Decoded.Undecodable.class);
        return ((Decoded.Undecodable) decoded).reason();
    }

    private static void check(TaskMessage message, JsonNode golden, MessageProperties properties) {
        JsonNode expectation = golden.get("decoded_expectation");
        boolean first = expectation.get("protocol").intValue() == 1;
        JsonNode fields = first ? expectation.get("body") : golden.get("headers");
        JsonNode body = first ? fields : expectation;
        JsonNode embed = first ? fields : expectation.get("embed");

        assertThat(message.protocol()).isEqualTo(first ? 1 : 2);
        assertThat(message.task()).isEqualTo(body.get("task").stringValue());
        assertThat(message.id()).isEqualTo(body.get("id").stringValue());
        assertThat(message.args()).isEqualTo(Golden.expected(body.get("args")));
        assertThat(message.kwargs()).isEqualTo(Golden.expected(body.get("kwargs")));
        assertThat(message.group()).isEqualTo(Golden.text(fields, "group"));
        assertThat(message.parentId()).isEqualTo(Golden.text(fields, "parent_id"));
        String root = Golden.text(fields, "root_id");
        assertThat(message.rootId()).isEqualTo(root == null ? message.id() : root);
        assertThat(message.groupIndex()).isEqualTo(number(fields, "group_index"));
        assertThat(message.retries()).isEqualTo(number(fields, "retries"));
        Integer nesting = number(fields, "replaced_task_nesting");
        assertThat(message.nesting()).isEqualTo(nesting == null ? 0 : nesting);
        assertTime(message.eta(), Golden.text(fields, "eta"));
        assertTime(message.expires(), Golden.text(fields, "expires"));
        assertThat(message.shadow()).isEqualTo(Golden.text(fields, "shadow"));
        assertThat(message.ignoreResult())
                .isEqualTo(fields.has("ignore_result") ? Golden.expected(fields.get("ignore_result")) : null);
        assertThat(message.correlationId()).isEqualTo(properties.correlationId());
        assertThat(message.replyTo()).isEqualTo(properties.replyTo());
        assertThat(message.embed().callbacks()).isEqualTo(orEmpty(embed.get("callbacks")));
        assertThat(message.embed().errbacks()).isEqualTo(orEmpty(embed.get("errbacks")));
        assertThat(message.embed().chain()).isEqualTo(orEmpty(embed.get("chain")));
        assertThat(message.embed().chord()).isEqualTo(Golden.expected(embed.get("chord")));
        Map<String, @Nullable Object> custom = new HashMap<>(properties.headers());
        List.of(("lang task id shadow eta expires group group_index retries timelimit root_id parent_id argsrepr"
                                + " kwargsrepr origin ignore_result replaced_task_nesting stamped_headers stamps compression")
                        .split(" "))
                .forEach(custom::remove);
        assertThat(message.customHeaders()).isEqualTo(custom);
    }

    private static void assertTime(java.time.@Nullable Instant actual, @Nullable String text) {
        if (text == null) {
            assertThat(actual).isNull();
        } else {
            boolean aware = text.endsWith("Z") || text.lastIndexOf('-') > 8 || text.contains("+");
            assertThat(actual)
                    .isEqualTo(java.time.OffsetDateTime.parse(aware ? text : text + "Z")
                            .toInstant());
        }
    }

    private static @Nullable Integer number(JsonNode fields, String name) {
        JsonNode value = fields.get(name);
        return value == null || value.isNull() ? null : (Integer) value.intValue();
    }

    private static @Nullable Object orEmpty(@Nullable JsonNode node) {
        return node == null || node.isNull() ? List.of() : Golden.expected(node);
    }
}
