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

    /**
     * The result backend did not answer at the end of the time: the task may have ended.
     *
     * @param unanswered what the backend said last
     */
    public ResultTimeoutException(String taskId, Duration timeout, ResultsException unanswered) {
        super(
                "the result of task " + taskId + " did not come within " + timeout.toMillis() / 1000.0 + " s: "
                        + unanswered.getMessage() + "; nothing was cancelled, ask again",
                unanswered);
        this.taskId = taskId;
    }

    /** Which task. */
    public String taskId() {
        return taskId;
    }
}
