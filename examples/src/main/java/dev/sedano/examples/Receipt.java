package dev.sedano.examples;

/**
 * What a charge came to.
 *
 * @param reference the ledger's number of the entry
 * @param idempotencyKey what the ledger knows the charge by
 */
public record Receipt(String orderId, Money charged, long reference, String idempotencyKey) {}
