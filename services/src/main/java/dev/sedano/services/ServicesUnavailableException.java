package dev.sedano.services;

/** There is no broker or no store to be had; the message tells the user the choices, and is complete without a trace. */
public final class ServicesUnavailableException extends RuntimeException {
    ServicesUnavailableException(String message) {
        super(message);
    }
}
