package dev.sedano.worker.journal;

import dev.sedano.worker.journal.JournalEntry.FinishedRun;
import java.util.concurrent.CompletableFuture;

/** What surrounds the marker of a replayed run. Futures fail when it could not be done now; each step may be repeated. */
public interface ReplaySteps {
    /** What must be stored before the marker may be set: the result that lives elsewhere. */
    CompletableFuture<?> beforeMarker(FinishedRun run);

    /**
     * What follows once the marker is set, before the entry is given up: tell the caller, and publish and settle what is to
     * follow the run. Called again after a crash in between.
     */
    CompletableFuture<?> afterMarker(FinishedRun run);
}
