package dev.sedano.worker.delivery;

import java.io.InterruptedIOException;
import java.net.SocketTimeoutException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileLockInterruptionException;
import org.jspecify.annotations.Nullable;

/** How the interruption of a thread shows in what its handler throws. */
final class Interruption {
    /** Exceptions can be each other's causes. */
    private static final int DEEPEST = 100;

    private Interruption() {}

    /** Whether {@code thrown} comes of an interruption, and is not something else that the handler made of it. */
    static boolean ended(Throwable thrown) {
        try {
            Throwable each = thrown;
            for (int depth = 0; each != null && depth < DEEPEST; depth++) {
                if (isInterruption(each)) {
                    return true;
                }
                each = each.getCause();
            }
        } catch (RuntimeException e) {
            return false; // the exception is the handler's own class, whatever its methods do
        }
        return false;
    }

    private static boolean isInterruption(@Nullable Throwable thrown) {
        return thrown instanceof InterruptedException
                || thrown instanceof ClosedByInterruptException
                || thrown instanceof FileLockInterruptionException
                || (thrown instanceof InterruptedIOException && !(thrown instanceof SocketTimeoutException));
    }
}
