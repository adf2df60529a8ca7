package dev.sedano.worker.delivery;

import dev.sedano.worker.canvas.FollowUp;
import dev.sedano.worker.handler.ArgumentConverter;
import dev.sedano.worker.handler.BoundHandler;
import dev.sedano.worker.handler.Handlers;
import dev.sedano.worker.handler.TaskCallValues;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Calls errbacks that take a failure, on a handler's thread. As in Celery what they return is dropped, and what they throw
 * is logged. One that its worker did not get to is called by whoever takes the rest over, so it may be called twice.
 * Thread-safe.
 */
final class ErrbackCalls {
    private static final Logger LOG = LoggerFactory.getLogger(ErrbackCalls.class);

    private final Handlers handlers;
    private final ArgumentConverter converter;
    private final HandlerSlots slots;

    ErrbackCalls(Handlers handlers, ArgumentConverter converter, HandlerSlots slots) {
        this.handlers = handlers;
        this.converter = converter;
        this.slots = slots;
    }

    /** @return fails if no thread takes it, as when the worker ends */
    CompletableFuture<?> call(FollowUp.Call call) {
        BoundHandler handler = handlers.find(call.task());
        if (handler == null) {
            LOG.error(
                    "errback {} of the failed task {} was to be called in its own worker, which is gone; this one does not"
                            + " have it, and it is left out",
                    call.task(),
                    call.request().get("id"));
            return CompletableFuture.completedFuture(true);
        }
        CompletableFuture<Boolean> done = new CompletableFuture<>();
        try {
            slots.execute(slot -> {
                run(handler, call);
                done.complete(true);
            });
        } catch (RuntimeException e) {
            done.completeExceptionally(e);
        }
        return done;
    }

    private void run(BoundHandler handler, FollowUp.Call call) {
        try {
            Object unused = handler.callWithin(null, new TaskCallValues(call.args(), call.kwargs(), converter));
        } catch (Throwable failure) { // an errback's failure has no caller to tell
            LOG.error(
                    "errback {} of the failed task {} failed itself with {}",
                    call.task(),
                    call.request().get("id"),
                    failure.getClass().getName());
        }
    }
}
