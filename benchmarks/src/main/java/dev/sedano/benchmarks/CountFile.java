package dev.sedano.benchmarks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * The file that every run of a task adds eight bytes to, its index in seven digits and a line feed, in one appending
 * write: the progress meter of a measurement and the proof that each task ran once. Thread-safe, also across processes.
 */
public final class CountFile {
    /** The environment variable that names the file; without it nothing is counted. */
    public static final String VARIABLE = "BENCH_COUNT_FILE";

    /** Bytes per run. */
    public static final int LINE = 8;

    private final @Nullable FileChannel channel;

    private CountFile(@Nullable FileChannel channel) {
        this.channel = channel;
    }

    /** Opens the file that the environment names, creating it if need be. */
    public static CountFile fromEnvironment() {
        String name = System.getenv(VARIABLE);
        if (name == null || name.isEmpty()) {
            return new CountFile(null);
        }
        try {
            return new CountFile(FileChannel.open(Path.of(name), StandardOpenOption.APPEND, StandardOpenOption.CREATE));
        } catch (IOException e) {
            throw new UncheckedIOException(
                    VARIABLE + "=" + name + " cannot be appended to: name a file in a folder of yours", e);
        }
    }

    /** Counts a run of task {@code index}, 0 to 9,999,999. */
    public void ran(int index) {
        FileChannel file = channel;
        if (file == null) {
            return;
        }
        byte[] line = new byte[LINE];
        int rest = index;
        for (int at = LINE - 2; at >= 0; at--) {
            line[at] = (byte) ('0' + rest % 10);
            rest /= 10;
        }
        line[LINE - 1] = '\n';
        try {
            file.write(ByteBuffer.wrap(line));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
