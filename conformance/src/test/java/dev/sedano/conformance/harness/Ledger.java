package dev.sedano.conformance.harness;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.List;

/**
 * A file outside worker, broker and store in which handlers note what they do: the witness of what ran. Many processes
 * write to it, each line by one appending write. Thread-safe.
 *
 * @param file its place
 */
public record Ledger(Path file) {
    /** The environment variable that names the file to the handlers. */
    static final String VARIABLE = "SEDANO_TEST_LEDGER";

    /** What a line says. */
    public enum Kind {
        /** A handler begins. */
        START,
        /** A handler ended; whether its outcome is recorded is another matter. */
        END
    }

    /**
     * A line.
     *
     * @param key what the caller named the work
     * @param token the fencing token of the run
     * @param mayHaveRunBefore what the handler was told
     * @param pid the worker's process
     */
    public record Entry(Kind kind, String key, long token, boolean mayHaveRunBefore, long pid, Instant at) {
        String line() {
            return String.join(
                    "\t",
                    kind.name(),
                    key,
                    Long.toString(token),
                    Boolean.toString(mayHaveRunBefore),
                    Long.toString(pid),
                    at.toString());
        }

        static Entry parse(String line) {
            String[] field = line.split("\t", -1);
            return new Entry(
                    Kind.valueOf(field[0]),
                    field[1],
                    Long.parseLong(field[2]),
                    Boolean.parseBoolean(field[3]),
                    Long.parseLong(field[4]),
                    Instant.parse(field[5]));
        }
    }

    /** A new, empty ledger in a temporary folder. */
    public static Ledger create() {
        try {
            Path file = Files.createTempFile("sedano-ledger", ".txt");
            file.toFile().deleteOnExit();
            return new Ledger(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void append(Entry entry) {
        try (FileChannel channel = FileChannel.open(
                file, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.APPEND)) {
            channel.write(ByteBuffer.wrap((entry.line() + "\n").getBytes(StandardCharsets.UTF_8)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** All lines, in order of writing. */
    public List<Entry> entries() {
        try {
            return Files.readAllLines(file).stream().map(Entry::parse).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The starts of work named {@code key}. */
    public List<Entry> starts(String key) {
        return of(Kind.START, key);
    }

    /** The ends of work named {@code key}. */
    public List<Entry> ends(String key) {
        return of(Kind.END, key);
    }

    private List<Entry> of(Kind kind, String key) {
        return entries().stream()
                .filter(entry -> entry.kind() == kind && entry.key().equals(key))
                .toList();
    }

    /** Lets handlers of {@code ledger.gated} with this key go on. */
    public void open(String key) {
        try {
            Files.createFile(gate(key)).toFile().deleteOnExit();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Path gate(String key) {
        return file.resolveSibling(file.getFileName() + "." + key + ".open");
    }
}
