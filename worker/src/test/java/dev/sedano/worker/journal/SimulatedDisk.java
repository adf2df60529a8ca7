package dev.sedano.worker.journal;

import dev.sedano.worker.idempotency.CheckerEvents;
import dev.sedano.worker.idempotency.IdempotencyStore;
import dev.sedano.worker.idempotency.StoreException;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/** The state folder of one simulated host, with files in the journal's real format. It outlives the workers. */
public final class SimulatedDisk {
    private static final long SALT = 4711;
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final List<Journalled> files = new ArrayList<>();

    /** How a replay lets virtual time pass. */
    public interface Waiting extends EntryReplay.Waiting {}

    /** What a replay needs of its worker. */
    public record Replayer(
            IdempotencyStore store,
            BooleanSupplier storeAnswers,
            Consumer<StoreException> storeFailed,
            ReplaySteps steps,
            CheckerEvents verdicts,
            JournalEvents events) {}

    /** The file of one worker's life. */
    public final class Journalled {
        private byte[] bytes = JournalFormat.header(SALT);
        private int forced = bytes.length;

        /** Appends an entry, which is not safe yet. */
        public void append(long number, JournalEntry entry) {
            add(JournalFormat.entry(SALT, number, entry));
        }

        /** Appends the mark of an entry that is dealt with, which is never forced alone. */
        public void mark(long number) {
            add(JournalFormat.done(SALT, number));
        }

        /** Everything that was appended outlives a loss of power from now on. */
        public void force() {
            forced = bytes.length;
        }

        /** Nothing in it is needed any more. */
        public void delete() {
            files.remove(this);
        }

        private void add(byte[] frame) {
            ByteArrayOutputStream more = new ByteArrayOutputStream();
            more.writeBytes(bytes);
            more.writeBytes(frame);
            bytes = more.toByteArray();
        }

        private Map<Long, JournalEntry> open() {
            return new LinkedHashMap<>(JournalFormat.read(bytes).open());
        }
    }

    /** A new file. */
    public Journalled create() {
        Journalled file = new Journalled();
        files.add(file);
        return file;
    }

    /** The files that earlier workers left, and this one takes over. */
    public List<Journalled> takeLeft() {
        return List.copyOf(files);
    }

    /** Whether there is anything to replay in {@code left}. */
    public static boolean isAnyOpen(List<Journalled> left) {
        return left.stream().anyMatch(file -> !file.open().isEmpty());
    }

    /** The power fails: what was not forced is there in part or not at all. */
    public void lose(RandomGenerator random) {
        for (Journalled file : files) {
            int kept = file.forced + random.nextInt(file.bytes.length - file.forced + 1);
            file.bytes = java.util.Arrays.copyOf(file.bytes, kept);
            file.forced = kept;
        }
    }

    /**
     * Does what {@link Replay} does with the files, in the caller's coroutine.
     *
     * @param dealtWith told of each entry and whether it is dealt with
     */
    public static void replay(
            List<Journalled> left, Replayer with, Waiting waiting, BiConsumer<JournalEntry, Boolean> dealtWith)
            throws InterruptedException {
        EntryReplay entries = new EntryReplay(
                with.store(),
                with.storeAnswers(),
                with.storeFailed(),
                with.steps(),
                with.verdicts(),
                with.events(),
                PATIENCE,
                waiting);
        for (Journalled file : left) {
            for (Map.Entry<Long, JournalEntry> each : file.open().entrySet()) {
                boolean done = entries.replayed(each.getValue());
                dealtWith.accept(each.getValue(), done);
                if (done) {
                    file.mark(each.getKey());
                }
            }
            if (file.open().isEmpty()) {
                file.delete();
            }
        }
    }
}
