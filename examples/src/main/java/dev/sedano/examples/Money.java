package dev.sedano.examples;

import java.math.BigDecimal;

/**
 * An amount in a currency.
 *
 * @param currency ISO 4217, such as EUR
 */
public record Money(BigDecimal amount, String currency) {
    /** Refuses amounts and currencies that cannot be charged. */
    public Money {
        if (amount.signum() <= 0) {
            throw new IllegalArgumentException("amount must be greater than zero");
        }
        if (!currency.matches("[A-Z]{3}")) {
            throw new IllegalArgumentException("currency must be three capital letters such as EUR");
        }
    }
}
