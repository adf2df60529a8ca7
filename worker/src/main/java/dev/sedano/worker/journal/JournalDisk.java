package dev.sedano.worker.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/** What the journal asks of its file; between it and the file system a test can put a full disk. Used by one thread. */
interface JournalDisk {
    /** Writes all of {@code bytes} at this offset. What was written when it fails is unknown. */
    void write(ByteBuffer bytes, long at) throws IOException;

    /** Returns when everything that was written is on the medium, its size included. */
    void force() throws IOException;

    void truncate(long size) throws IOException;

    /** Gives the file and its lock back. */
    void close() throws IOException;

    static JournalDisk of(FileChannel channel) {
        return new JournalDisk() {
            @Override
            public void write(ByteBuffer bytes, long at) throws IOException {
                long next = at;
                while (bytes.hasRemaining()) {
                    next += channel.write(bytes, next);
                }
            }

            @Override
            public void force() throws IOException {
                channel.force(false); // fdatasync, which includes the size where it is needed to read the data back
            }

            @Override
            public void truncate(long size) throws IOException {
                channel.truncate(size);
            }

            @Override
            public void close() throws IOException {
                channel.close();
            }
        };
    }
}
