package dev.sedano.services;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The folder in which a private server keeps its data and log.
 *
 * @param path an existing folder
 * @param ours whether we made it and therefore remove it at the end
 */
record ServerFolder(Path path, boolean ours) {
    /** Uses {@code given}, made if missing and kept afterwards, or makes a temporary folder when it is null. */
    static ServerFolder of(@Nullable Path given, String name) {
        try {
            return given == null
                    ? new ServerFolder(Files.createTempDirectory("sedano-" + name + "-"), true)
                    : new ServerFolder(Files.createDirectories(given).toAbsolutePath(), false);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot make a folder for " + name, e);
        }
    }

    void write(String file, String content) {
        try {
            Files.writeString(path.resolve(file), content);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write " + path.resolve(file), e);
        }
    }

    /** Removes the folder if it is ours. What cannot be removed stays: nothing depends on it. */
    void discard() {
        if (!ours) {
            return;
        }
        try (Stream<Path> tree = Files.walk(path)) {
            List<Path> deepestFirst = tree.sorted(Comparator.reverseOrder()).toList();
            for (Path entry : deepestFirst) {
                Files.deleteIfExists(entry);
            }
        } catch (IOException | UncheckedIOException stillInUse) {
            System.getLogger(ServerFolder.class.getName()).log(System.Logger.Level.DEBUG, "left behind: {0}", path);
        }
    }
}
