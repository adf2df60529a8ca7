package dev.sedano.worker.canvas;

import dev.sedano.task.Canvas;
import dev.sedano.worker.protocol.TaskMessage;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a handler sends in one run, as Celery's {@code apply_async} within a task makes it: this task is the parent, its root
 * is the root, and the results are its children (celery/app/base.py, {@code send_task}). Nothing is sent before the outcome
 * is recorded, so a run that is repeated has sent nothing, and what is sent has the ids that were recorded. Thread-safe.
 */
public final class SentCalls {
    private static final int HEADERS = 1_000;
    private static final int MOST_BYTES = 8 << 20;

    private final TaskMessages messages;
    private final TaskMessage task;
    private final @Nullable Integer priority;
    /** Guarded by this, as all below. */
    private final List<FollowUp> followUps = new ArrayList<>();

    private final List<@Nullable Object> children = new ArrayList<>();
    private int calls;
    private long bytes;
    private boolean ended;

    /** @param priority of messages that name none; null = the broker's */
    SentCalls(TaskMessages messages, TaskMessage task, @Nullable Integer priority) {
        this.messages = messages;
        this.task = task;
        this.priority = priority;
    }

    /**
     * One call more.
     *
     * @return its result tuple, as Celery stores it
     * @throws IllegalArgumentException if it cannot be sent, or not recorded beside what was sent before
     * @throws IllegalStateException if the run has ended
     */
    public synchronized List<@Nullable Object> send(Canvas call) {
        if (ended) {
            throw new IllegalStateException("task " + task.id() + " has ended: what it sends now would be lost");
        }
        // Another one for each call: what cannot be sent leaves nothing behind.
        Dispatch dispatch = new Dispatch(
                        messages, new Ids(task.id(), "send" + task.nesting() + "." + calls), task.id(), task.rootId())
                .inheriting(priority);
        CallPlans.Plan planned = CallPlans.applied(dispatch, call, Map.of());
        long more = planned.followUps().stream().mapToLong(SentCalls::recorded).sum();
        if (bytes + more > MOST_BYTES) {
            throw new IllegalArgumentException("what a run sends is recorded with its outcome, in at most "
                    + MOST_BYTES + " bytes, and with this call it would be about " + (bytes + more)
                    + ": send fewer or smaller calls");
        }
        bytes += more;
        calls++;
        followUps.addAll(planned.followUps());
        children.addAll(dispatch.children());
        return planned.result();
    }

    /** All of it; nothing can be sent from now on. */
    public synchronized FollowUps.Plan end() {
        ended = true;
        return new FollowUps.Plan(List.copyOf(followUps), new ArrayList<>(children));
    }

    /** About as long as it is in a {@link FollowUpList}. */
    private static long recorded(FollowUp each) {
        return each instanceof FollowUp.Send send ? HEADERS + send.message().body().length * 4L / 3 : HEADERS;
    }
}
