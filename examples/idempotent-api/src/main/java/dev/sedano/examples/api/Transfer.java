package dev.sedano.examples.api;

/** What a caller asks for, in cents of one currency. */
public record Transfer(String source, String target, long cents) {
    /** Refuses what cannot be transferred. */
    public Transfer {
        if (cents <= 0) {
            throw new IllegalArgumentException("cents must be greater than zero");
        }
    }
}
