package dev.sedano.conformance.harness;

import dev.sedano.services.FreePorts;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.awaitility.Awaitility;

/**
 * The classes that a worker loads, read and verified once for all workers of a build (JEP 350): a start costs a third less
 * processor, and the tests start hundreds. Made by a worker that has nothing to connect to.
 *
 * <p>Thread-safe; processes that want the same archive wait for the one that makes it.
 */
final class ClassArchive {
    private static final Path FOLDER = Path.of("target/class-archive").toAbsolutePath();
    private static final Duration LIMIT = Duration.ofSeconds(60);

    private ClassArchive() {}

    /** The file; empty where the class path is not all jars, as in an IDE. */
    static Optional<Path> provide(String classpath) {
        List<Path> entries =
                Arrays.stream(classpath.split(File.pathSeparator)).map(Path::of).toList();
        try {
            for (Path entry : entries) {
                if (isFolderWithFiles(entry)) {
                    return Optional.empty();
                }
            }
            Files.createDirectories(FOLDER);
            Path archive = FOLDER.resolve("worker-" + Integer.toHexString(version(entries)) + ".jsa");
            try (FileChannel channel = FileChannel.open(
                            FOLDER.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                    FileLock lock = channel.lock()) {
                if (lock.isValid() && !Files.exists(archive)) {
                    make(archive);
                }
            }
            return Optional.of(archive);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean isFolderWithFiles(Path entry) throws IOException {
        if (!Files.isDirectory(entry)) {
            return false;
        }
        try (Stream<Path> files = Files.list(entry)) {
            return files.findAny().isPresent();
        }
    }

    /** The JVM refuses an archive whose jars have changed. */
    private static int version(List<Path> entries) throws IOException {
        List<Object> seen = new ArrayList<>(entries);
        for (Path entry : entries) {
            if (Files.exists(entry)) {
                seen.add(Files.getLastModifiedTime(entry).toMillis());
            }
        }
        return seen.hashCode();
    }

    private static void make(Path archive) throws IOException {
        Path unfinished = FOLDER.resolve("unfinished.jsa");
        int nobody = FreePorts.next();
        try (WorkerProcess worker = new WorkerSetup()
                .withoutArchive()
                .jvm("-XX:ArchiveClassesAtExit=" + unfinished)
                .broker("amqp://127.0.0.1:" + nobody + "//")
                .backend("redis://127.0.0.1:" + nobody + "/0")
                .queues("none")
                .launch()) {
            Awaitility.await("worker up").atMost(LIMIT).until(() -> worker.answers() || !worker.isAlive());
            worker.term();
            worker.awaitExit(LIMIT);
        }
        Files.move(unfinished, archive, StandardCopyOption.ATOMIC_MOVE);
    }
}
