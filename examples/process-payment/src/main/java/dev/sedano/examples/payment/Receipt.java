package dev.sedano.examples.payment;

/**
 * What a payment came to.
 *
 * @param charge the bank's number of it
 * @param key the client's idempotency key
 */
public record Receipt(String charge, String key) {}
