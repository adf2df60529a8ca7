package dev.sedano.worker.journal;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The folder {@code journal} in the state folder, which several workers may share: one file per worker's life, locked
 * while that worker lives. A file that can be locked is a dead worker's. Folder and files must be ours alone, because a
 * file that somebody else could write could make any result of it. Thread-safe.
 */
public final class JournalFolder {
    private static final Logger LOG = LoggerFactory.getLogger(JournalFolder.class);
    private static final String SUFFIX = ".journal";
    private static final Set<PosixFilePermission> OTHERS_WRITE =
            Set.of(PosixFilePermission.GROUP_WRITE, PosixFilePermission.OTHERS_WRITE);

    /**
     * Files that workers of this process hold. The system's lock is the process's, and closing any other handle of the same
     * file gives it up: such a file must not even be opened.
     */
    private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

    private final Path folder;
    private final String node;

    /** @param node the worker's name, part of its file's name */
    public JournalFolder(Path stateDir, String node) {
        this.folder = stateDir.toAbsolutePath().normalize().resolve("journal");
        this.node = node.replaceAll("[^A-Za-z0-9._@-]", "_");
    }

    /** Where the files are. */
    public Path path() {
        return folder;
    }

    /** A file and the channel that holds its lock. */
    record Locked(Path file, FileChannel channel) {}

    /** A new file of our own, locked, empty. */
    Locked create() throws IOException {
        if (!Files.isDirectory(folder)) {
            Files.createDirectories(folder.toAbsolutePath().getParent());
            Files.createDirectories(folder, mode("rwx------"));
        }
        while (true) {
            Path file = folder.resolve(node + "-" + UUID.randomUUID().toString().substring(0, 13) + SUFFIX);
            HELD.add(file);
            FileChannel channel;
            try {
                channel = FileChannel.open(
                        file,
                        Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE),
                        mode("rw-------"));
            } catch (IOException | RuntimeException e) {
                released(file);
                throw e;
            }
            try {
                requireOurs(file);
                // Another worker that looks for left files may be quicker; it will find nothing and delete it.
                if (lock(channel) != null && Files.exists(file)) {
                    return new Locked(file, channel);
                }
                channel.close();
                released(file);
            } catch (IOException e) {
                channel.close();
                released(file);
                Files.deleteIfExists(file);
                throw e;
            }
        }
    }

    private void requireOurs(Path mine) throws IOException {
        if (!posix()) {
            return;
        }
        UserPrincipal us = attributes(mine).owner();
        PosixFileAttributes of = attributes(folder);
        if (!of.isDirectory()
                || !of.owner().equals(us)
                || of.permissions().stream().anyMatch(OTHERS_WRITE::contains)) {
            throw new IOException(
                    "the folder " + folder + " belongs to " + of.owner().getName() + " with permissions "
                            + PosixFilePermissions.toString(of.permissions()) + ": it must belong to " + us.getName()
                            + " and be writable by nobody else (chown, chmod 700)");
        }
    }

    /** The files of workers that do not live any more, locked by us from now on. Never throws. */
    List<LeftJournal> takeLeft(JournalEvents events) {
        List<LeftJournal> taken = new ArrayList<>();
        if (!Files.isDirectory(folder)) {
            return taken;
        }
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "*" + SUFFIX)) {
            for (Path file : files) {
                if (!HELD.add(file)) {
                    continue;
                }
                try {
                    LeftJournal left = take(file, events);
                    if (left != null) {
                        taken.add(left);
                    } else {
                        released(file);
                    }
                } catch (IOException | OutOfMemoryError e) {
                    released(file);
                    events.journalReplayed(JournalEvents.Replayed.UNREADABLE);
                    LOG.error("journal {} cannot be read; it stays where it is", file, e);
                }
            }
        } catch (IOException | java.nio.file.DirectoryIteratorException e) {
            events.journalReplayed(JournalEvents.Replayed.UNREADABLE);
            LOG.error("the folder {} cannot be read: what it holds is not replayed", folder, e);
        }
        return taken;
    }

    private @Nullable LeftJournal take(Path file, JournalEvents events) throws IOException {
        if (posix()) {
            PosixFileAttributes of = attributes(file);
            if (!of.isRegularFile()
                    || !of.owner().equals(attributes(folder).owner())
                    || of.permissions().stream().anyMatch(OTHERS_WRITE::contains)) {
                throw new IOException(
                        "it is no file of our own: owner " + of.owner().getName() + ", permissions "
                                + PosixFilePermissions.toString(of.permissions())
                                + "; expected the folder's owner and rw-------");
            }
        }
        FileChannel channel =
                FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
        try {
            if (lock(channel) == null || !Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
                channel.close();
                return null;
            }
            return LeftJournal.read(file, channel, events);
        } catch (IOException | RuntimeException | OutOfMemoryError e) {
            channel.close();
            throw e;
        }
    }

    /** The channel of this file is closed. */
    static void released(Path file) {
        HELD.remove(file);
    }

    /** Null if another process, or another worker in this one, holds it. */
    private static @Nullable FileLock lock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException e) {
            return null;
        }
    }

    private static PosixFileAttributes attributes(Path path) throws IOException {
        return Files.readAttributes(path, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    }

    private boolean posix() {
        return folder.getFileSystem().supportedFileAttributeViews().contains("posix");
    }

    private FileAttribute<?>[] mode(String permissions) {
        return posix()
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions))
                }
                : new FileAttribute<?>[0];
    }
}
