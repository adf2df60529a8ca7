package dev.sedano.workbench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * The servers of another Debian release, unpacked beside this system's own: {@code services/debian/server-root.sh} makes it
 * and says what is in it. Kept in the user's cache folder for the next time.
 *
 * @param folder where it is
 * @param versions version by package name
 */
record ServerRoot(Path folder, Map<String, String> versions) {
    /**
     * Gets the servers of {@code release}, which takes some minutes the first time.
     *
     * @throws WorkbenchException with the cause and the log's place when they cannot be had
     */
    static ServerRoot of(String release, Project project, Consumer<String> progress) {
        Path folder = cache().resolve("debian-" + release);
        if (!Files.isRegularFile(folder.resolve("versions"))) {
            progress.accept(
                    "Getting the servers of Debian " + release + " (once, log: " + project.installLog() + ") ...");
            make(release, folder, project);
        }
        return read(folder);
    }

    private static Path cache() {
        String set = System.getenv("XDG_CACHE_HOME");
        Path base = set == null || set.isBlank() ? Path.of(System.getProperty("user.home"), ".cache") : Path.of(set);
        return base.resolve("sedano");
    }

    private static void make(String release, Path folder, Project project) {
        Path log = project.installLog();
        Path script = project.root().resolve("services/debian/server-root.sh");
        ProcessBuilder builder = new ProcessBuilder(List.of(script.toString(), release, folder.toString()))
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        try {
            if (builder.start().onExit().join().exitValue() != 0) {
                throw new WorkbenchException("the servers of Debian " + release + " cannot be had: " + lastLine(log)
                        + " (the whole log: " + log + ")");
            }
        } catch (IOException e) {
            throw new WorkbenchException("cannot run " + script + ": " + e.getMessage(), e);
        }
    }

    private static String lastLine(Path log) throws IOException {
        try (var lines = Files.lines(log)) {
            return lines.filter(line -> !line.isBlank())
                    .reduce((earlier, later) -> later)
                    .orElse("nothing was said");
        }
    }

    /** Reads lines such as {@code rabbitmq-server 4.0.5}. */
    static ServerRoot read(Path folder) {
        try {
            Map<String, String> versions = Files.readAllLines(folder.resolve("versions")).stream()
                    .map(line -> line.split(" ", 2))
                    .filter(parts -> parts.length == 2)
                    .collect(Collectors.toMap(
                            parts -> parts[0], parts -> parts[1], (one, other) -> one, LinkedHashMap::new));
            return new ServerRoot(folder, versions);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + folder.resolve("versions"), e);
        }
    }

    Path program(String name) {
        return folder.resolve("bin").resolve(name);
    }

    String version(String program) {
        return Objects.requireNonNullElse(versions.get(program), "unknown");
    }
}
