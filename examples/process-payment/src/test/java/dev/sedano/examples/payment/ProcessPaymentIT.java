package dev.sedano.examples.payment;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sedano.examples.stage.Account;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;

@EnabledIfEnvironmentVariable(
        named = "SEDANO_TEST_PYTHON",
        matches = ".+",
        disabledReason = "no Python with Celery: ./sedano test provides it")
class ProcessPaymentIT {
    @Test
    void eachPaymentIsMadeOnce() throws Exception {
        Account account = new ProcessPayment().play();

        assertThat(account.holds()).as(account.table()).isTrue();
        assertThat(account.find("charges that the bank made twice"))
                .hasValueSatisfying(figure -> assertThat(figure.value()).isEqualTo("0"));
    }
}
