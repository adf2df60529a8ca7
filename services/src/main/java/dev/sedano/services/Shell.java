package dev.sedano.services;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Runs one command to its end, with a limit. Immutable.
 *
 * @param environment added to our own
 * @param log where output is appended, or null to drop it
 */
record Shell(Map<String, String> environment, @Nullable Path log) {
    private static final Duration SIGN_OF_LIFE = Duration.ofSeconds(10);

    static Shell quiet() {
        return new Shell(Map.of(), null);
    }

    /** Returns whether the command ended with 0 within {@code limit}; a command that cannot be started has not. */
    boolean succeeds(Duration limit, List<String> command) {
        return succeeds(limit, command, seconds -> {});
    }

    /** As above, and tells {@code waiting} every ten seconds how long it has been. */
    boolean succeeds(Duration limit, List<String> command, Consumer<Long> waiting) {
        Process process = start(command);
        if (process == null) {
            return false;
        }
        Duration waited = Duration.ZERO;
        while (waited.compareTo(limit) < 0) {
            Duration step = limit.minus(waited).compareTo(SIGN_OF_LIFE) < 0 ? limit.minus(waited) : SIGN_OF_LIFE;
            if (ends(process, step)) {
                return process.exitValue() == 0;
            }
            waited = waited.plus(step);
            waiting.accept(waited.toSeconds());
        }
        process.descendants().forEach(ProcessHandle::destroy);
        process.destroy();
        return false;
    }

    /** Returns the lines that a short command prints, none when it fails. */
    static List<String> lines(List<String> command) {
        try {
            Process process = new ProcessBuilder(command)
                    .redirectInput(new File("/dev/null"))
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            try (BufferedReader output = process.inputReader(StandardCharsets.UTF_8)) {
                List<String> lines = output.lines().toList();
                return process.onExit().join().exitValue() == 0 ? lines : List.of();
            }
        } catch (IOException notStarted) {
            return List.of();
        }
    }

    private @Nullable Process start(List<String> command) {
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectInput(new File("/dev/null")).redirectErrorStream(true);
        builder.redirectOutput(
                log == null ? ProcessBuilder.Redirect.DISCARD : ProcessBuilder.Redirect.appendTo(log.toFile()));
        builder.environment().putAll(environment);
        try {
            return builder.start();
        } catch (IOException notStarted) {
            return null;
        }
    }

    private static boolean ends(Process process, Duration limit) {
        try {
            process.onExit().get(limit.toMillis(), TimeUnit.MILLISECONDS);
            return true;
        } catch (TimeoutException running) {
            return false;
        } catch (ExecutionException e) {
            throw new IllegalStateException("waiting for a process cannot fail", e);
        } catch (InterruptedException e) {
            process.destroy();
            Thread.currentThread().interrupt();
            throw new ServiceException("interrupted while a command was running", e);
        }
    }
}
