package dev.sedano.worker.idempotency.redis;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Remembers the epoch across restarts, so that a fleet which restarts together with an emptied store still notices the
 * loss (protocol §6.6). Replaced as a whole: a crash leaves the old or the new file.
 */
final class EpochFile {
    private static final Logger LOG = LoggerFactory.getLogger(EpochFile.class);

    private final Path file;

    EpochFile(Path stateDir, String namespace) {
        this.file = stateDir.resolve("store-" + namespace + ".epoch");
    }

    /** The remembered epoch, or empty text. */
    String recall() {
        try {
            return Files.exists(file)
                    ? Files.readString(file, StandardCharsets.US_ASCII).strip()
                    : "";
        } catch (IOException e) {
            throw new IllegalStateException(
                    "cannot read the store's epoch from " + file + " (stateDir): check its owner and permissions", e);
        }
    }

    /** Failing to write must not stop work: it only weakens the notice of a later loss, which the log then says. */
    synchronized void remember(String epoch) {
        Path fresh = file.resolveSibling(file.getFileName() + ".new");
        try {
            Files.createDirectories(fresh.toAbsolutePath().getParent());
            Files.deleteIfExists(fresh);
            boolean posix = fresh.getFileSystem().supportedFileAttributeViews().contains("posix");
            FileAttribute<?>[] attributes = posix
                    ? new FileAttribute<?>[] {
                        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
                    }
                    : new FileAttribute<?>[0];
            try (FileChannel out = FileChannel.open(
                    fresh, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), attributes)) {
                out.write(ByteBuffer.wrap((epoch + "\n").getBytes(StandardCharsets.US_ASCII)));
                out.force(true);
            }
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            LOG.warn(
                    "cannot remember the store's epoch in {} (stateDir); a loss of its data during a restart of the"
                            + " whole fleet would not be noticed",
                    file,
                    e);
        }
    }
}
