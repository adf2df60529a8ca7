package dev.sedano.worker.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.Map;
import org.junit.jupiter.api.Test;

/** A handler's value that Python cannot be given. */
class ValueWithoutFormTest {
    private static String resultOf(String embed) {
        Map<Object, Object> keyed = Map.of(new Object(), 1);
        try (PipelineFixture test = new PipelineFixture((context, call) -> keyed)) {
            test.pipeline.accept(test.followed("a", embed, Map.of()));
            await().until(() -> test.channel.settled.size() == 1);
            assertThat(test.published).isEmpty();
            return test.result("a").replaceAll("\"date_done\": \"[^\"]*\"", "");
        }
    }

    @Test
    void isTheSameFailure_whateverFollows() {
        String link = "[{\"task\": \"t.linked\", \"args\": [], \"kwargs\": {}, \"options\": {}}]";
        String alone = resultOf("{\"callbacks\": null, \"errbacks\": null, \"chain\": null, \"chord\": null}");

        assertThat(alone).contains("FAILURE", "\"exc_type\": \"EncodeError\"", "kombu.exceptions");
        for (String linked : new String[] {"callbacks", "chain"}) {
            String other = linked.equals("chain") ? "callbacks" : "chain";
            assertThat(resultOf("{\"" + linked + "\": " + link + ", \"" + other
                            + "\": null, \"errbacks\": null, \"chord\": null}"))
                    .isEqualTo(alone);
        }
    }
}
