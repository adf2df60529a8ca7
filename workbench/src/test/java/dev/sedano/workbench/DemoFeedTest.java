package dev.sedano.workbench;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class DemoFeedTest {
    @Test
    void messages_holdTheAnnouncedCopies_eachEqualToAnEarlierMessage() {
        Map<String, String> bodies = new HashMap<>();
        int copies = 0;
        for (int n = 0; n < DemoFeed.MESSAGES; n++) {
            CeleryMessage message = DemoFeed.message("run", n);
            String body = new String(message.body(), StandardCharsets.UTF_8);
            String earlier = bodies.putIfAbsent(message.id(), body);
            if (earlier != null) {
                copies++;
                assertThat(body).isEqualTo(earlier);
            }
        }

        assertThat(copies).isEqualTo(DemoFeed.COPIES).isEqualTo(200);
        assertThat(bodies).hasSize(DemoFeed.UNIQUE).hasSize(1_800);
    }

    @Test
    void message_hasTheKeysOfPythons_inTheirOrder() {
        CeleryMessage message = new CeleryMessage("an-id", "demo.work", 7);

        assertThat(message.headers().keySet())
                .containsExactly(
                        "lang",
                        "task",
                        "id",
                        "shadow",
                        "eta",
                        "expires",
                        "group",
                        "group_index",
                        "retries",
                        "timelimit",
                        "root_id",
                        "parent_id",
                        "argsrepr",
                        "kwargsrepr",
                        "origin",
                        "ignore_result",
                        "replaced_task_nesting",
                        "stamped_headers",
                        "stamps");
        assertThat(message.headers()).containsEntry("argsrepr", "(7,)").containsEntry("root_id", "an-id");
        assertThat(message.body())
                .asString()
                .isEqualTo("[[7], {}, {\"callbacks\": null, \"errbacks\": null, \"chain\": null, \"chord\": null}]");
        assertThat(message.properties("reply").getCorrelationId()).isEqualTo("an-id");
    }
}
