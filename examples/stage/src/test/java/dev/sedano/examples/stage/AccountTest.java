package dev.sedano.examples.stage;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class AccountTest {
    private final ByteArrayOutputStream told = new ByteArrayOutputStream();
    private final Account account = new Account(new PrintStream(told, true, StandardCharsets.UTF_8));

    @Test
    void holdsOnlyWhenEveryDemandIsMet() {
        account.exactly("charges", 1, 1);
        account.atLeast("told to come back", 1, 3);
        account.atMost("requests", 4, 4);
        assertThat(account.holds()).isTrue();

        account.exactly("doubles", 0, 1);
        assertThat(account.holds()).isFalse();
        assertThat(account.table()).contains("NOT as it must be: 0");
    }

    @Test
    void withoutAnyDemand_nothingIsProven() {
        account.figure("delay", "1.2");

        assertThat(account.holds()).isFalse();
    }

    @Test
    void tooFewOrTooMany_doNotHold() {
        account.atLeast("told to come back", 1, 0);
        assertThat(account.holds()).isFalse();

        Account other = new Account(new PrintStream(told, true, StandardCharsets.UTF_8));
        other.atMost("requests", 4, 5);
        assertThat(other.holds()).isFalse();
    }

    @Test
    void textWithPercent_isToldAsItIs_whenThereAreNoValues() {
        account.say("100 % of {%s}");

        assertThat(told.toString(StandardCharsets.UTF_8)).contains("100 % of {%s}");
    }
}
