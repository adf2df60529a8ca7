package dev.sedano.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import com.rabbitmq.client.GetResponse;
import dev.sedano.conformance.harness.CeleryMessage;
import dev.sedano.conformance.harness.Harness;
import dev.sedano.conformance.harness.TestStore;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/** Every odd message that was captured, some of which end the reference worker: one worker takes them all. */
final class OddMessagesIT {
    @RegisterExtension
    static final Harness HARNESS = new Harness();

    private static final String QUEUE = HARNESS.queue();
    private static final Duration LIMIT = Duration.ofSeconds(10);

    /** As many as a message may have. */
    private static final int HEADERS = 1_000;

    private static final Set<String> STATES = Set.of("SUCCESS", "FAILURE", "REVOKED");

    private static StoredResult results;

    @BeforeAll
    static void startWorker() {
        results = new StoredResult(TestStore.shared().connect(2));
        HARNESS.start(HARNESS.worker(QUEUE).backend(TestStore.shared().url(2)));
    }

    @AfterAll
    static void closeResults() {
        results.close();
    }

    static Stream<Arguments> cases() {
        return CapturedMessage.decisions().entrySet().stream()
                .map(decision -> Arguments.of(decision.getKey(), decision.getValue()));
    }

    @ParameterizedTest(name = "{0} is {1}")
    @MethodSource("cases")
    void isDecidedAndTheNextMessageRuns(String name, String decision) {
        CapturedMessage odd = CapturedMessage.read(name);
        if (name.equals("redis_meta_corrupt")) {
            results.put(Objects.requireNonNull(odd.id()), "{this is no result");
        }
        CeleryMessage next = CeleryMessage.of("proj.add", 1, 2);

        HARNESS.publisher().publish(QUEUE, odd.properties(), odd.body());
        if (STATES.contains(decision)) {
            String id = Objects.requireNonNull(odd.id());
            JsonNode result = results.await(id, stored -> stored.contains("\"task_id\""));
            assertThat(result.get("status").stringValue()).isEqualTo(decision);
        } else {
            GetResponse dead = HARNESS.publisher().take(QUEUE + ".dead", LIMIT);
            Map<String, Object> headers = dead.getProps().getHeaders();
            assertThat(headers.get("x-sedano-reason")).hasToString(decision);
            assertThat(headers.get("x-sedano-error")).asString().isNotBlank();
            assertThat(dead.getBody()).isEqualTo(odd.body());
            assertThat(headers.keySet())
                    .containsAll(odd.properties().getHeaders().keySet());
        }
        HARNESS.publisher().publish(QUEUE, next);

        assertThat(results.await(next.id()).get("result").intValue()).isEqualTo(3);
    }

    @Test
    void moreHeadersThanTheLimit_areADeadLetter_asTheyAre_andTheNextMessageRuns() {
        CeleryMessage odd = CeleryMessage.of("proj.add", 1, 2);
        CeleryMessage most = CeleryMessage.of("proj.add", 20, 2);
        int own = odd.properties().getHeaders().size();
        for (int i = own; i < HEADERS; i++) {
            odd.header("h" + i, i);
            most.header("h" + i, i);
        }
        odd.header("one-more", "x");

        HARNESS.publisher().publish(QUEUE, odd);
        GetResponse dead = HARNESS.publisher().take(QUEUE + ".dead", LIMIT);
        HARNESS.publisher().publish(QUEUE, most);

        Map<String, Object> headers = dead.getProps().getHeaders();
        assertThat(headers.get("x-sedano-reason")).hasToString("limit");
        assertThat(headers.get("x-sedano-error")).asString().contains("header");
        assertThat(headers.keySet()).containsAll(odd.properties().getHeaders().keySet());
        assertThat(dead.getBody()).isEqualTo(odd.body());
        assertThat(results.await(most.id()).get("result").intValue()).isEqualTo(22);
    }
}
