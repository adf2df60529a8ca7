package dev.sedano.services;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;

/**
 * One running server with a session of its own. Its {@link Guard} ends it and removes its folder when this JVM ends.
 *
 * <p>Thread-safe: it holds nothing but the two processes.
 */
final class ServerProcess {
    private static final Duration POLL = Duration.ofMillis(20);
    private static final int LOG_TAIL = 1_500;

    private final String name;
    private final Process process;
    private final Guard guard;
    private final Path log;

    private ServerProcess(String name, Process process, Guard guard, Path log) {
        this.name = name;
        this.process = process;
        this.guard = guard;
        this.log = log;
    }

    /** Starts {@code command} in {@code folder}; output goes to {@code <name>.out} there. */
    static ServerProcess start(
            String name, List<String> command, Map<String, String> environment, ServerFolder folder) {
        Path log = folder.path().resolve(name + ".out");
        ProcessBuilder builder = new ProcessBuilder(OwnSession.command(command))
                .directory(folder.path().toFile())
                .redirectInput(new File("/dev/null"))
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        builder.environment().putAll(environment);
        try {
            String discard = folder.ours() ? folder.path().toString() : "";
            Process process = builder.start();
            return new ServerProcess(name, process, Guard.ofServer(process.pid(), discard), log);
        } catch (IOException e) {
            throw new ServiceException("cannot start " + command.get(0) + " for " + name + ": " + e.getMessage(), e);
        }
    }

    boolean isAlive() {
        return process.isAlive();
    }

    long pid() {
        return process.pid();
    }

    /** Waits until {@code ready} says so; ends the server and throws with the tail of its log when it exits or is late. */
    void awaitReady(BooleanSupplier ready, Duration limit) {
        long deadline = System.nanoTime() + limit.toNanos();
        while (!ready.getAsBoolean()) {
            if (awaitExit(POLL)) {
                guard.serverIsGone();
                throw failed("ended with exit code " + process.exitValue());
            }
            if (System.nanoTime() - deadline > 0) {
                kill();
                throw failed("was not ready within " + limit.toSeconds() + " s");
            }
        }
    }

    private ServiceException failed(String what) {
        return new ServiceException(name + " " + what + ". The end of its log " + log + ":\n" + logTail());
    }

    private String logTail() {
        try {
            String text = new String(Files.readAllBytes(log), StandardCharsets.UTF_8);
            return text.substring(Math.max(0, text.length() - LOG_TAIL)).strip();
        } catch (IOException unreadable) {
            return "(not readable)";
        }
    }

    /** Sends a signal by its name without {@code SIG}, e.g. {@code STOP} or {@code CONT}, to the server itself. */
    void signal(String signal) {
        send("-" + signal, Long.toString(process.pid()));
    }

    /** Ends the server at once (SIGKILL), together with its children, and returns when it is gone. */
    void kill() {
        if (process.isAlive()) {
            send("-KILL", "--", "-" + process.pid());
            process.destroyForcibly();
        }
        process.onExit().join();
        guard.dismiss();
    }

    /** Asks the server to end (SIGTERM) and ends it at once after {@code patience}. */
    void stop(Duration patience) {
        process.destroy();
        if (!awaitExit(patience)) {
            kill();
        }
        guard.dismiss();
    }

    private boolean awaitExit(Duration limit) {
        try {
            process.onExit().get(limit.toMillis(), TimeUnit.MILLISECONDS);
            return true;
        } catch (TimeoutException running) {
            return false;
        } catch (ExecutionException e) {
            throw new IllegalStateException("waiting for a process cannot fail", e);
        } catch (InterruptedException e) {
            kill();
            Thread.currentThread().interrupt();
            throw new ServiceException("interrupted while waiting for " + name, e);
        }
    }

    private static void send(String... arguments) {
        String[] command = new String[arguments.length + 1];
        command[0] = "kill";
        System.arraycopy(arguments, 0, command, 1, arguments.length);
        try {
            new ProcessBuilder(command)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start()
                    .onExit()
                    .join();
        } catch (IOException e) {
            throw new ServiceException("cannot run `kill`: " + e.getMessage(), e);
        }
    }
}
