package dev.sedano.examples.stage;

import dev.sedano.services.Guard;
import dev.sedano.services.OwnSession;
import dev.sedano.workbench.WorkbenchException;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** A Python program that listens on a port. Thread-safe. */
public final class PythonProgram implements AutoCloseable {
    private static final Duration START_LIMIT = Duration.ofSeconds(60);
    private static final Duration STOP_LIMIT = Duration.ofSeconds(3);

    private final Process process;
    private final Guard guard;
    private final int port;

    private PythonProgram(Process process, Guard guard, int port) {
        this.process = process;
        this.guard = guard;
        this.port = port;
    }

    static PythonProgram start(List<String> command, Map<String, String> environment, Path log, int port)
            throws IOException {
        ProcessBuilder builder = new ProcessBuilder(OwnSession.command(command))
                .redirectInput(new File("/dev/null"))
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        builder.environment().putAll(environment);
        Process process = builder.start();
        PythonProgram program = new PythonProgram(process, Guard.of(process), port);
        if (!Wait.until(START_LIMIT, () -> !process.isAlive() || program.listens()) || !process.isAlive()) {
            program.close();
            throw new WorkbenchException(command.get(1) + " did not start; its log is " + log);
        }
        return program;
    }

    private boolean listens() {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 200);
            return true;
        } catch (IOException notYet) {
            return false;
        }
    }

    /** {@code http://127.0.0.1:port} and {@code path}. */
    public String url(String path) {
        return "http://127.0.0.1:" + port + path;
    }

    @Override
    public void close() {
        process.destroy();
        if (!Wait.until(STOP_LIMIT, () -> !process.isAlive())) {
            process.destroyForcibly();
        }
        process.onExit().join();
        guard.dismiss();
    }
}
