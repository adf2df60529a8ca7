package dev.sedano.worker.journal;

import dev.sedano.worker.journal.JournalEvents.Refusal;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The journal's own file: opened when it can be, appended to, emptied when nothing in it is open. Used by one thread. */
final class JournalWriter {
    private static final Logger LOG = LoggerFactory.getLogger(JournalWriter.class);

    private final JournalFolder folder;
    private final long most;
    private final Function<FileChannel, JournalDisk> diskOf;
    private @Nullable Path file;
    private @Nullable JournalDisk disk;
    private long salt;
    private volatile long end;

    record Numbered(long number, JournalEntry entry) {}

    /**
     * What became of a write.
     *
     * @param written how many entries, from the first, are on the medium
     * @param refusal why not all, null if all
     * @param detail the same for people
     */
    record Outcome(int written, @Nullable Refusal refusal, String detail) {}

    JournalWriter(JournalFolder folder, long most, Function<FileChannel, JournalDisk> diskOf) {
        this.folder = folder;
        this.most = most;
        this.diskOf = diskOf;
    }

    /** Size of the file; read by any thread. */
    long bytes() {
        return end;
    }

    /** Says in the log if the journal cannot be used now; each write tries again. */
    void tryToOpen() {
        try {
            opened();
        } catch (IOException | RuntimeException e) {
            LOG.error(
                    "no journal can be opened in {} (--state-dir): {}. Work that is finished while the store is away runs"
                            + " again if this worker ends before the store is back",
                    folder.path(),
                    e.toString());
        }
    }

    private JournalDisk opened() throws IOException {
        JournalDisk usable = disk;
        if (usable != null) {
            return usable;
        }
        JournalFolder.Locked locked = folder.create();
        JournalDisk fresh = diskOf.apply(locked.channel());
        salt = new SecureRandom().nextLong();
        try {
            fresh.write(ByteBuffer.wrap(JournalFormat.header(salt)), 0);
            fresh.force();
        } catch (IOException e) {
            fresh.close();
            JournalFolder.released(locked.file());
            Files.deleteIfExists(locked.file());
            throw e;
        }
        file = locked.file();
        disk = fresh;
        end = JournalFormat.HEADER_BYTES;
        return fresh;
    }

    /** Appends and forces: all that fits, in order. */
    Outcome write(List<Numbered> entries) {
        Outcome all = writeOnce(entries);
        if (all.refusal() != Refusal.IO || entries.size() == 1) {
            return all;
        }
        // Where a batch does not fit any more, single entries may.
        for (int i = 0; i < entries.size(); i++) {
            Outcome one = writeOnce(entries.subList(i, i + 1));
            if (one.refusal() != null) {
                return new Outcome(i, one.refusal(), one.detail());
            }
        }
        return new Outcome(entries.size(), null, "");
    }

    private Outcome writeOnce(List<Numbered> entries) {
        ByteArrayOutputStream frames = new ByteArrayOutputStream();
        int fit = 0;
        try {
            JournalDisk to = opened();
            for (Numbered each : entries) {
                byte[] frame = JournalFormat.entry(salt, each.number(), each.entry());
                if (end + frames.size() + frame.length > most) {
                    break;
                }
                frames.writeBytes(frame);
                fit++;
            }
            append(to, frames.toByteArray(), true);
            return fit == entries.size()
                    ? new Outcome(fit, null, "")
                    : new Outcome(fit, Refusal.FULL, "the limit of " + most + " bytes (--journal-limit) is reached");
        } catch (IOException | RuntimeException e) {
            return new Outcome(0, Refusal.IO, folder.path() + ": " + e);
        }
    }

    /** Notes that these are done. Not forced: a mark that is lost costs a repetition. */
    void mark(List<Long> numbers) {
        JournalDisk to = disk;
        if (to == null || numbers.isEmpty()) {
            return;
        }
        ByteArrayOutputStream marks = new ByteArrayOutputStream();
        numbers.forEach(number -> marks.writeBytes(JournalFormat.done(salt, number)));
        try {
            append(to, marks.toByteArray(), false);
        } catch (IOException e) {
            LOG.debug("no done mark could be written to {}", file, e);
        }
    }

    private void append(JournalDisk to, byte[] bytes, boolean force) throws IOException {
        if (bytes.length == 0) {
            return;
        }
        long at = end;
        try {
            to.write(ByteBuffer.wrap(bytes), at);
            if (force) {
                to.force();
            }
        } catch (IOException e) {
            // Half a frame may stand there. The next write begins at the same place; the rest is a torn tail to a
            // reader.
            cut(to, at);
            throw e;
        }
        end = at + bytes.length;
    }

    /** Nothing in the file is open: begins it anew. */
    void clear() {
        JournalDisk to = disk;
        if (to != null && end > JournalFormat.HEADER_BYTES) {
            cut(to, JournalFormat.HEADER_BYTES);
            end = JournalFormat.HEADER_BYTES;
        }
    }

    private void cut(JournalDisk to, long size) {
        try {
            to.truncate(size);
        } catch (IOException e) {
            LOG.warn("journal {} could not be cut to {} bytes", file, size, e);
        }
    }

    /** @param empty nothing is open: the file is not needed any more */
    void close(boolean empty) {
        JournalDisk to = disk;
        Path at = file;
        if (to == null || at == null) {
            return;
        }
        try {
            if (empty) {
                Files.deleteIfExists(at);
            }
            to.close();
        } catch (IOException e) {
            LOG.warn("journal {} could not be put away", at, e);
        }
        JournalFolder.released(at);
    }
}
