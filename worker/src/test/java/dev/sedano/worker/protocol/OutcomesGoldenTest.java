package dev.sedano.worker.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/** What this worker makes of every odd message whose fate in the reference worker was recorded. */
class OutcomesGoldenTest {
    private static final Map<PoisonReason, List<String>> POISON = Map.of(
            PoisonReason.MALFORMED_BODY,
            List.of(
                    "args_null",
                    "args_number",
                    "bad_datetime_marker",
                    "body_dict_v2",
                    "body_empty",
                    "body_four_elements",
                    "body_not_json",
                    "body_null",
                    "body_number",
                    "body_two_elements",
                    "kwargs_list",
                    "unknown_type_marker",
                    "v1_kwargs_list"),
            PoisonReason.MALFORMED_HEADER,
            List.of(
                    "eta_empty",
                    "eta_garbage",
                    "eta_number",
                    "expires_garbage",
                    "id_null",
                    "retries_string",
                    "timelimit_one"),
            PoisonReason.COMPRESSION,
            List.of("compression_alias", "compression_lies", "compression_unknown"),
            PoisonReason.CONTENT_TYPE,
            List.of("content_type_data", "content_type_pickle", "content_type_text", "content_type_unknown"),
            PoisonReason.NOT_A_TASK,
            List.of("no_task_header_no_task_body"));
    /** To be refused as unsupported by the pipeline, which decides about what follows a task. */
    private static final List<String> WITH_FOLLOW_UPS = List.of(
            "callback_minimal_signature",
            "callbacks_malformed",
            "chain_malformed",
            "expired_with_chord",
            "v1_taskset_group");

    private final MessageDecoder decoder = new MessageDecoder(new CeleryJson());

    static List<String> names() {
        return Golden.names("outcomes");
    }

    @ParameterizedTest
    @MethodSource("names")
    void isTaskOrPoison(String name) {
        JsonNode published = Golden.read("outcomes", name).get("published").get(0);

        Decoded decoded = decoder.decode(Golden.properties(published), Golden.body(published));

        if (poison().contains(name)) {
            assertThat(decoded).isInstanceOf(Decoded.Undecodable.class);
            assertThat(POISON.get(((Decoded.Undecodable) decoded).reason())).contains(name);
        } else {
            assertThat(decoded).isInstanceOf(Decoded.Task.class);
            assertThat(((Decoded.Task) decoded).message().embed().isEmpty()).isEqualTo(!WITH_FOLLOW_UPS.contains(name));
        }
    }

    private static List<String> poison() {
        return POISON.values().stream().flatMap(List::stream).toList();
    }

    @Test
    void everyListedCaseExists() {
        assertThat(names()).containsAll(poison()).containsAll(WITH_FOLLOW_UPS);
    }

    @Test
    void poisonOfAReadableMessage_tellsIdAndTask() {
        JsonNode published =
                Golden.read("outcomes", "eta_garbage").get("published").get(0);

        Decoded decoded = decoder.decode(Golden.properties(published), Golden.body(published));

        assertThat(((Decoded.Undecodable) decoded).id())
                .isEqualTo(published.get("headers").get("id").stringValue());
        assertThat(((Decoded.Undecodable) decoded).task()).isEqualTo("proj.add");
    }
}
