package dev.sedano.examples;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** The other system of {@link Refunds}: it knows its transfers by the key that the caller gave. Thread-safe. */
interface Bank {
    /** The account that a refund goes to. */
    String accountOf(String refundId) throws IOException;

    /**
     * Transfers money, once per key.
     *
     * @return the receipt
     * @throws BusyException if nothing was transferred, and it should be tried later
     */
    String transfer(String key, String account, Money amount) throws IOException, BusyException;

    /** The receipt of the transfer with this key, or null if there is none. */
    @Nullable
    String receiptOf(String key) throws IOException;

    /** Prints a reminder, and prints it again if it is asked again. */
    boolean printReminder(String orderId, String address) throws IOException;

    /** Where reminders of an order go. */
    String addressOf(String orderId) throws IOException;

    /** Surely nothing was transferred. */
    final class BusyException extends Exception {
        private static final long serialVersionUID = 1L;

        BusyException(String message) {
            super(message);
        }
    }
}
