package dev.sedano.worker.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.LinkedHashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The file of a worker that does not live any more. Its torn tail is cut; what is dealt with is marked in it, so that the
 * next worker need not ask again; when nothing is left it is deleted. Used by one thread.
 */
final class LeftJournal implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LeftJournal.class);

    private final Path file;
    private final FileChannel channel;
    private final JournalDisk disk;
    private final long salt;
    private final Map<Long, JournalEntry> open;
    private final boolean unreadable;
    private long end;

    private LeftJournal(Path file, FileChannel channel, JournalFormat.Contents contents) {
        this.file = file;
        this.channel = channel;
        this.disk = JournalDisk.of(channel);
        this.salt = contents.salt();
        this.open = new LinkedHashMap<>(contents.open());
        this.unreadable = contents.unreadable() > 0;
        this.end = contents.end();
    }

    /** Reads a file that is locked through {@code channel}, which this object owns from now on. */
    static LeftJournal read(Path file, FileChannel channel, JournalEvents events) throws IOException {
        byte[] bytes = allOf(channel, file);
        if (!JournalFormat.hasHeader(bytes)) {
            return withoutHeader(file, channel, bytes.length, events);
        }
        JournalFormat.Contents contents = JournalFormat.read(bytes);
        if (contents.torn() > 0) {
            LOG.info("journal {}: {} bytes of an unfinished write cut off its end", file, contents.torn());
            channel.truncate(contents.end());
        }
        for (int i = 0; i < contents.unreadable(); i++) {
            events.journalReplayed(JournalEvents.Replayed.UNREADABLE);
        }
        return new LeftJournal(file, channel, contents);
    }

    private static LeftJournal withoutHeader(Path file, FileChannel channel, int length, JournalEvents events) {
        boolean damaged = length >= JournalFormat.HEADER_BYTES;
        if (damaged) {
            events.journalReplayed(JournalEvents.Replayed.UNREADABLE);
        }
        return new LeftJournal(file, channel, new JournalFormat.Contents(0, Map.of(), length, 0, damaged ? 1 : 0));
    }

    private static byte[] allOf(FileChannel channel, Path file) throws IOException {
        if (channel.size() > Integer.MAX_VALUE - 8) {
            throw new IOException(file + " has " + channel.size() + " bytes: no journal of a worker is that long");
        }
        ByteBuffer bytes = ByteBuffer.allocate((int) channel.size());
        while (bytes.hasRemaining() && channel.read(bytes, bytes.position()) >= 0) {
            // until all of it is read
        }
        return java.util.Arrays.copyOf(bytes.array(), bytes.position());
    }

    Path file() {
        return file;
    }

    /** What is not dealt with, by number; a copy. */
    Map<Long, JournalEntry> open() {
        return new LinkedHashMap<>(open);
    }

    /** Marks an entry. A mark that is lost costs a repetition, which the store recognises. */
    void done(long number) {
        if (open.remove(number) == null) {
            return;
        }
        byte[] mark = JournalFormat.done(salt, number);
        try {
            disk.write(ByteBuffer.wrap(mark), end);
            end += mark.length;
        } catch (IOException e) {
            LOG.debug("no done mark could be written to {}", file, e);
        }
    }

    /** Gives the file back: deleted if nothing is left in it, else for the next worker that starts. */
    @Override
    public void close() {
        try {
            if (unreadable && open.isEmpty()) {
                Path aside = file.resolveSibling(file.getFileName() + ".unreadable");
                Files.move(file, aside, StandardCopyOption.ATOMIC_MOVE);
                LOG.error("journal {} has places that cannot be read: kept as {}", file, aside);
            } else if (open.isEmpty()) {
                Files.deleteIfExists(file);
            }
            channel.close();
        } catch (IOException e) {
            LOG.warn("journal {} could not be put away", file, e);
        }
        JournalFolder.released(file);
    }
}
