package dev.sedano.worker.delivery;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Waiting that an interrupt does not end: a time limit is the handler's affair, and says nothing of its claim. */
final class Uninterrupted {
    private Uninterrupted() {}

    /**
     * What {@code future} answers. The thread is interrupted afterwards if it was before or meanwhile.
     *
     * @param seconds the longest wait, counted anew after an interrupt
     */
    static <T> T get(CompletableFuture<T> future, long seconds) throws ExecutionException, TimeoutException {
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return future.get(seconds, TimeUnit.SECONDS);
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
