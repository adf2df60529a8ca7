package dev.sedano.task;

/**
 * Thrown by a handler that revokes its own task (in Python {@code app.control.revoke(self.request.id, terminate=True)}):
 * its caller gets REVOKED, {@code TaskRevokedError("terminated")}. The message is acknowledged and the key is completed, so
 * that copies do not run either. Nothing that was to follow the task happens, but a chord that counts on it fails.
 */
public final class RevokeException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** @param reason why, for the log; no secrets */
    public RevokeException(String reason) {
        super(reason);
    }
}
