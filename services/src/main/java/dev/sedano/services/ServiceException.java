package dev.sedano.services;

/** A service could not be started, reached or controlled; the message says which, why and where its log is. */
public final class ServiceException extends RuntimeException {
    ServiceException(String message) {
        super(message);
    }

    ServiceException(String message, Throwable cause) {
        super(message, cause);
    }
}
