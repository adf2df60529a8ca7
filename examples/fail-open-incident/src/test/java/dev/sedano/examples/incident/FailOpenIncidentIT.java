package dev.sedano.examples.incident;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sedano.examples.stage.Account;
import org.junit.jupiter.api.Test;

class FailOpenIncidentIT {
    @Test
    void theStoryHolds() throws Exception {
        Account account = new FailOpenIncident().play();

        assertThat(account.holds()).as(account.table()).isTrue();
    }
}
