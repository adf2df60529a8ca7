package dev.sedano.examples.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sedano.examples.stage.Account;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;

@EnabledIfEnvironmentVariable(
        named = "SEDANO_TEST_PYTHON",
        matches = ".+",
        disabledReason = "no Python with Celery: ./sedano test provides it")
class WebhookReplayIT {
    @Test
    void theStoryHolds() throws Exception {
        Account account = new WebhookReplay().play();

        assertThat(account.holds()).as(account.table()).isTrue();
    }
}
