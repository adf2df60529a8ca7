package dev.sedano.examples.payment;

import java.math.BigDecimal;

/**
 * What a client asks for.
 *
 * @param currency ISO 4217, such as EUR
 */
public record Payment(String account, BigDecimal amount, String currency) {
    /** Refuses what cannot be paid. */
    public Payment {
        if (account.isBlank()) {
            throw new IllegalArgumentException("account is blank: name the account to charge");
        }
        if (amount.signum() <= 0) {
            throw new IllegalArgumentException("amount must be greater than zero");
        }
    }
}
