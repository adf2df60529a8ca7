package dev.sedano.worker.result;

import org.jspecify.annotations.Nullable;

/**
 * One outcome as callers read it: the bytes of {@code celery-task-meta-<id>}, of the pub/sub message and of the RPC
 * reply alike.
 *
 * @param json UTF-8 JSON; not to be changed
 * @param problem why a returned value became a FAILURE, for the log; null otherwise
 */
public record ResultRecord(
        ResultState state, byte[] json, @Nullable String problem) {}
