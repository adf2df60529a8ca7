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
        BLOCK,
        /** The store says whether a block, named by id, was false (ran = true) or right. */
        VERDICT,
        /** The store prolonged the lease; at = when it was asked, this machine's time. */
        RENEWED,
        /** The store accepted that this attempt hands over to a later one. */
        HANDED_OFF,
        /** The store forgot the follow-ups, which the broker has. */
        SETTLED,
        /** The store took the key into a person's hands, or says that it is there. */
        PARKED,
        /** The store says that the key is completed; the token is that of the tenure that did it. */
        DUPLICATE,
        /** The store says that a later attempt exists. */
        SUPERSEDED,
        /** The store says that the same key came with other data. */
        CONFLICT,
        /** The store recorded the begin of a step, named by id. */
        STEP_BEGUN,
        /** The store recorded the end of a step, named by id. */
        STEP_DONE,
        /** A handler had the effect, named by id, that it must never have twice. */
        EFFECT,
        /** The broker confirmed a message; id = its task id, at = the number of its queue. */
        SENT,
        /** As {@link #SENT} is confirmed, so must the key named by id be run after this key. */
        FOLLOWED_BY,
        /** A fault, named by id, begins. */
        FAULT,
        /** It is over. */
        MENDED,
        /** At the end a message of task id = id lies in the dead-letter queue. */
        IN_DEAD,
        /** At the end a message of task id = id lies in the queue for people. */
        IN_PARKED,
        /** At the end a queue, named by id, holds so many messages (at), or a worker so many deliveries. */
        LEFT
    }

    /**
     * One line.
     *
     * @param wall milliseconds since 1970
     * @param attempt of the key that it is about, 0 if none
     * @param token of the tenure, 0 if none
     * @param ran whether the run was announced as a possible rerun
     * @param at store time in milliseconds, 0 if none
     * @param id as the event says, else empty
     */
    public record Line(
            long wall,
            String worker,
            Event event,
            String key,
            long attempt,
            long token,
            boolean ran,
            long at,
            String id) {}

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

    /** Appends an event of now; for its values see {@link Line}. */
    public synchronized void write(Event event, String key, long attempt, long token, boolean ran, long at, String id) {
        String line = String.join(
                        "\t",
                        Long.toString(System.currentTimeMillis()),
                        worker,
                        event.name(),
                        key,
                        Long.toString(attempt),
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
                    if (f.length == 10) { // a line that is being written is not there yet
                        lines.add(new Line(
                                Long.parseLong(f[0]),
                                f[1],
                                Event.valueOf(f[2]),
                                f[3],
                                Long.parseLong(f[4]),
                                Long.parseLong(f[5]),
                                Boolean.parseBoolean(f[6]),
                                Long.parseLong(f[7]),
                                f[8]));
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
