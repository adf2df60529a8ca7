package dev.sedano.conformance.chaos;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * What workers did, written by themselves as it happened: one file per worker in a common folder, one line per event,
 * appended with one write, so that a killed worker's lines survive. Thread-safe.
 */
public final class ChaosLedger {
    /** What can happen to a key. */
    public enum Event {
        /** The store answered a claim with a grant; at = store time of the claim. */
        GRANTED,
        /** The handler began. */
        START,
        /** The handler is about to return. */
        END,
        /** The store accepted the completion. */
        COMPLETE_OK,
        /** The store refused the completion: another tenure owns the key. */
        STALE,
        /** The worker reports that the fail-safe kept a delivery from running; at = store time of the block. */
        BLOCK
    }

    /**
     * One line.
     *
     * @param wall milliseconds since 1970
     * @param token of the tenure, 0 if none
     * @param ran whether the run was announced as a possible rerun
     * @param at store time in milliseconds, 0 if none
     * @param id of a block, else empty
     */
    public record Line(
            long wall, String worker, Event event, String key, long token, boolean ran, long at, String id) {}

    private final FileChannel file;
    private final String worker;

    private ChaosLedger(FileChannel file, String worker) {
        this.file = file;
        this.worker = worker;
    }

    /** Opens the ledger of {@code worker}. */
    public static ChaosLedger open(Path folder, String worker) {
        try {
            return new ChaosLedger(
                    FileChannel.open(
                            folder.resolve(worker + ".ledger"), StandardOpenOption.CREATE, StandardOpenOption.APPEND),
                    worker);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Appends an event of now. */
    public synchronized void write(Event event, String key, long token, boolean ran, long at, String id) {
        String line = String.join(
                        "\t",
                        Long.toString(System.currentTimeMillis()),
                        worker,
                        event.name(),
                        key,
                        Long.toString(token),
                        Boolean.toString(ran),
                        Long.toString(at),
                        id)
                + "\t.\n";
        try {
            ByteBuffer bytes = ByteBuffer.wrap(line.getBytes(StandardCharsets.UTF_8));
            while (bytes.hasRemaining()) {
                file.write(bytes);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** All events of all workers, in order of time. */
    public static List<Line> read(Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            List<Line> lines = new ArrayList<>();
            for (Path ledger :
                    files.filter(path -> path.toString().endsWith(".ledger")).toList()) {
                for (String line : Files.readAllLines(ledger)) {
                    String[] f = line.split("\t", -1);
                    if (f.length == 9) { // a line that is being written is not there yet
                        lines.add(new Line(
                                Long.parseLong(f[0]),
                                f[1],
                                Event.valueOf(f[2]),
                                f[3],
                                Long.parseLong(f[4]),
                                Boolean.parseBoolean(f[5]),
                                Long.parseLong(f[6]),
                                f[7]));
                    }
                }
            }
            lines.sort(Comparator.comparingLong(Line::wall));
            return lines;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
