package dev.sedano.worker.idempotency;

/** The store's answer to a renewal. */
public enum RenewReply {
    /** The lease is prolonged. */
    RENEWED,
    /** Another tenure holds or completed the key: this owner is a zombie. */
    STALE,
    /** The record is gone; the store lost data. The owner goes on and its completion recreates the record. */
    ABSENT
}
