package dev.sedano.worker.control;

import java.util.Collection;
import java.util.List;

/** Where revokes are told, besides this worker's memory. Safe for use by many threads; returns at once. */
public interface RevokeRecords {
    /** Keeps ids and stamps ({@link RevokedTasks#stamp}) for workers that start later. */
    void keep(Collection<String> revoked);

    /** Lets callers who wait for these tasks know, where the result backend holds no outcome and nobody runs them. */
    void tellCallers(List<String> ids);
}
