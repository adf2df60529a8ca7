package dev.sedano.examples;

import dev.sedano.task.Task;
import dev.sedano.task.TaskContext;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;

/** The demo's task: leaves one line per run in a file outside of broker and store, so that runs can be counted. */
final class DemoWork {
    static final String LEDGER = "SEDANO_DEMO_LEDGER";

    private final Map<String, String> environment;

    DemoWork(Map<String, String> environment) {
        this.environment = environment;
    }

    /** Appends {@code i} and the task id, separated by a blank, to the file named by {@code SEDANO_DEMO_LEDGER}. */
    @Task("demo.work")
    long work(TaskContext context, long i) throws IOException {
        String file = environment.getOrDefault(LEDGER, "");
        if (file.isEmpty()) {
            throw new IllegalStateException(
                    "environment variable " + LEDGER + " is not set: name the file to append to");
        }
        byte[] line = (i + " " + context.id() + "\n").getBytes(StandardCharsets.UTF_8);
        // One write with O_APPEND: lines of several workers do not mix.
        try (FileChannel channel =
                FileChannel.open(Path.of(file), StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
            int written = channel.write(ByteBuffer.wrap(line));
            if (written != line.length) {
                throw new IOException("only " + written + " of " + line.length + " bytes were written");
            }
        }
        return i;
    }
}
