package dev.sedano.worker.delivery;

import dev.sedano.worker.protocol.TaskMessage;
import dev.sedano.worker.result.ResultEncoder;
import dev.sedano.worker.result.Results;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells callers of states that are no outcome. Best effort: the outcome is what counts. Thread-safe. */
final class RunStates {
    private static final Logger LOG = LoggerFactory.getLogger(RunStates.class);
    private static final Set<String> FINAL = Set.of("SUCCESS", "FAILURE", "REVOKED", "IGNORED", "REJECTED");
    private static final long WAIT_SECONDS = 2;

    private final ResultEncoder encoder;
    private final Results results;
    private final String node;
    private final boolean tracksStarts;

    /** @param tracksStarts whether {@link #started} tells anybody */
    RunStates(ResultEncoder encoder, Results results, String node, boolean tracksStarts) {
        this.encoder = encoder;
        this.results = results;
        this.node = node;
        this.tracksStarts = tracksStarts;
    }

    /** The handler is about to run (Celery's {@code task_track_started}). */
    void started(TaskMessage message) {
        if (tracksStarts) {
            tell(message, "STARTED", Map.of("pid", ProcessHandle.current().pid(), "hostname", node));
        }
    }

    /** @throws IllegalArgumentException if the state is final or blank, or {@code meta} has no wire form */
    void tell(TaskMessage message, String state, @Nullable Object meta) {
        if (state.isBlank() || FINAL.contains(state)) {
            throw new IllegalArgumentException("state \"" + state
                    + "\" is blank or an outcome: give a name of your own, such as PROGRESS; the outcome is what the"
                    + " handler returns or throws");
        }
        byte[] record = encoder.state(message, state, meta);
        try {
            results.send(message, record).get(WAIT_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            LOG.debug("state {} of task {} could not be told: {}", state, message.id(), e.toString());
        }
    }
}
