package dev.sedano.worker.idempotency;

import java.util.List;

/** The store's answer to a completion. */
public sealed interface CompleteReply {
    /**
     * The marker is set.
     *
     * @param replay whether an earlier call with the same token had set it
     * @param resultWritten false when a SUCCESS was stored already, or nothing was to be written
     * @param resolved blocked deliveries whose verdict this completion decided; on a replay the same list again
     * @param uncounted blocked deliveries that stay without a verdict, because something else took the key of their
     *     reports; 0 on a replay
     */
    record Recorded(boolean replay, boolean resultWritten, List<BlockVerdict.Resolved> resolved, long uncounted)
            implements CompleteReply {
        /** With a verdict for every block. */
        public Recorded(boolean replay, boolean resultWritten, List<BlockVerdict.Resolved> resolved) {
            this(replay, resultWritten, resolved, 0);
        }
    }

    /** The key belongs to another tenure; nothing was written. */
    record Stale(long token) implements CompleteReply {}
}
