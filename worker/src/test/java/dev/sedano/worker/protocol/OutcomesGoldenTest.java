package dev.sedano.worker.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/** What this worker makes of every odd message whose fate in the reference worker was recorded. */
class OutcomesGoldenTest {
    /** Refused by the pipeline, which decides about what follows a task. */
    private static final String FOLLOW_UPS = "unsupported";

    private static final Map<String, String> DECISIONS = Golden.outcomeDecisions();

    private final MessageDecoder decoder = new MessageDecoder(new CeleryJson());

    static List<String> names() {
        return Golden.names("outcomes");
    }

    @ParameterizedTest
    @MethodSource("names")
    void isTaskOrPoison(String name) {
        JsonNode published = Golden.read("outcomes", name).get("published").get(0);

        Decoded decoded = decoder.decode(Golden.properties(published), Golden.body(published));

        String decision = Objects.requireNonNull(DECISIONS.get(name), name);
        if (isPoison(decision)) {
            assertThat(decoded).isInstanceOf(Decoded.Undecodable.class);
            assertThat(((Decoded.Undecodable) decoded).reason().name()).isEqualToIgnoringCase(decision);
        } else {
            assertThat(decoded).isInstanceOf(Decoded.Task.class);
            if (decision.equals(FOLLOW_UPS)) {
                assertThat(((Decoded.Task) decoded).message().embed().isEmpty()).isFalse();
            }
        }
    }

    private static boolean isPoison(String decision) {
        return !decision.equals(FOLLOW_UPS)
                && Stream.of(PoisonReason.values())
                        .anyMatch(reason -> reason.name().equalsIgnoreCase(decision));
    }

    @Test
    void everyCaseIsDecided() {
        assertThat(DECISIONS.keySet()).containsExactlyInAnyOrderElementsOf(names());
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
