package dev.sedano.services;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Where programs are looked for: PATH first, then the places where packages put servers that are not on a user's PATH. */
final class Programs {
    private static final List<Path> SYSTEM_FOLDERS = List.of(
            Path.of("/usr/local/sbin"),
            Path.of("/usr/local/bin"),
            Path.of("/usr/sbin"),
            Path.of("/usr/bin"),
            Path.of("/sbin"),
            Path.of("/bin"),
            Path.of("/opt/homebrew/sbin"),
            Path.of("/opt/homebrew/bin"));

    private Programs() {}

    /** Returns the first of {@code names} that is found, in the order of the names. */
    static Optional<Path> find(String... names) {
        for (String name : names) {
            for (Path folder : folders()) {
                Path candidate = folder.resolve(name);
                if (Files.isRegularFile(candidate) && Files.isExecutable(candidate)) {
                    return Optional.of(candidate);
                }
            }
        }
        return Optional.empty();
    }

    /** Returns the last match, in name order, below {@code root}, with one glob of {@code patterns} per folder level. */
    static Optional<Path> findBelow(Path root, String... patterns) {
        List<Path> level = List.of(root);
        for (String pattern : patterns) {
            List<Path> next = new ArrayList<>();
            for (Path folder : level) {
                next.addAll(children(folder, pattern));
            }
            level = next;
        }
        return level.stream().filter(Files::isExecutable).sorted().reduce((first, second) -> second);
    }

    private static List<Path> children(Path folder, String pattern) {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        List<Path> children = new ArrayList<>();
        try (DirectoryStream<Path> stream = Files.newDirectoryStream(folder, pattern)) {
            stream.forEach(children::add);
        } catch (IOException unreadable) {
            return List.of();
        }
        return children;
    }

    private static List<Path> folders() {
        List<Path> folders = new ArrayList<>();
        String path = System.getenv("PATH");
        if (path != null) {
            for (String folder : path.split(":", -1)) {
                if (!folder.isBlank()) {
                    folders.add(Path.of(folder));
                }
            }
        }
        folders.addAll(SYSTEM_FOLDERS);
        return folders;
    }
}
