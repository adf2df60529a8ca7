package dev.sedano.services;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A small shell that waits for the end of this JVM, however it comes (also {@code kill -9}), and then cleans up. Thread-safe.
 *
 * <p>It waits at a pipe that the system closes together with the JVM. A shutdown hook would not run after a crash, and
 * would end servers while the program is still using them to stop in order.
 */
public final class Guard {
    private static final String TASK_IS_OVER = "over";

    private final Process shell;

    private Guard(Process shell) {
        this.shell = shell;
    }

    /** Ends the process group {@code pid}, and removes {@code folder} unless it is empty text, when this JVM ends. */
    static Guard ofServer(long pid, String folder) throws IOException {
        return start(
                "[ \"$word\" = " + TASK_IS_OVER + " ] || kill -9 -- -$1 || kill -9 $1;"
                        + " [ -z \"$2\" ] || rm -rf -- \"$2\"",
                Long.toString(pid),
                folder);
    }

    /**
     * Ends {@code child} and its group when this JVM ends; to be dismissed once the child ended by itself.
     *
     * @param child started with {@link OwnSession}
     * @throws IOException when no shell can be started
     */
    public static Guard of(Process child) throws IOException {
        return ofServer(child.pid(), "");
    }

    /** Runs {@code command} when this JVM ends, unless dismissed before. */
    static Guard running(List<String> command) throws IOException {
        return start("[ \"$word\" = " + TASK_IS_OVER + " ] || \"$@\"", command.toArray(String[]::new));
    }

    private static Guard start(String cleanUp, String... arguments) throws IOException {
        String untilTheEnd = "trap '' INT TERM HUP; read -r word; [ -z \"$word\" ] || read -r end; ";
        List<String> command = new ArrayList<>(List.of("sh", "-c", untilTheEnd + cleanUp, "sedano-guard"));
        command.addAll(Arrays.asList(arguments));
        return new Guard(new ProcessBuilder(OwnSession.command(command))
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start());
    }

    /** Says that the guarded server ended by itself: its process id may soon be somebody else's. The folder still goes. */
    void serverIsGone() {
        try {
            shell.getOutputStream().write((TASK_IS_OVER + "\n").getBytes(StandardCharsets.US_ASCII));
            shell.getOutputStream().flush();
        } catch (IOException ended) {
            dismiss();
        }
    }

    /** Ends the guard without cleaning up. */
    public void dismiss() {
        shell.destroyForcibly();
    }
}
