package dev.sedano.task;

import org.jspecify.annotations.Nullable;

/**
 * The code of a task. May be called by several threads at once; each call is one run under one claim.
 *
 * @see TaskRegistry#add(String, TaskHandler)
 */
@FunctionalInterface
public interface TaskHandler {
    /**
     * Runs the task.
     *
     * @return the result, as stored for the caller: null, text, numbers, booleans, lists, maps, records, {@code
     *     java.time} values, BigDecimal, UUID or byte[]
     * @throws Exception any exception is the task's outcome FAILURE; it does not stop the worker
     */
    @Nullable
    Object handle(TaskContext context, TaskCall call) throws Exception;
}
