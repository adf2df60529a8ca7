package dev.sedano.task.client;

import java.time.Duration;

/** A task did not end within the time that its caller waited. Nothing was cancelled: it may still run, now or later. */
public final class ResultTimeoutException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String taskId;

    /** @param state the state it was seen in last */
    public ResultTimeoutException(String taskId, Duration timeout, String state) {
        super("task " + taskId + " did not end within " + timeout.toMillis() / 1000.0 + " s (" + state
                + "); nothing was cancelled, it may still run: ask again, or revoke it");
        this.taskId = taskId;
    }

    /** Which task. */
    public String taskId() {
        return taskId;
    }
}
