package dev.sedano.conformance.suite;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * Celery's source distribution, which brings its integration suite along, and the packages that run it. Got with pip, so
 * from where pip is configured to get things, and kept in the project's state folder.
 *
 * @param python the program
 * @param celery its version of Celery, which is the suite's
 * @param source the unpacked source distribution
 * @param packages what the suite needs and the environment does not have
 */
record SuiteFiles(Path python, String celery, Path source, Path packages) {
    private static final Path STATE =
            Path.of("../.sedano/celery-suite").toAbsolutePath().normalize();
    private static final Path REQUIREMENTS =
            Path.of("python/suite-requirements.txt").toAbsolutePath();

    /**
     * Gets what is missing; this may take a minute the first time.
     *
     * @throws AssertionError with pip's words if it cannot be had
     */
    static SuiteFiles provide(Path python) {
        try {
            Files.createDirectories(STATE);
            String version = run(List.of(python.toString(), "-c", "import celery; print(celery.__version__)"))
                    .strip();
            return new SuiteFiles(python, version, source(python, version), packages(python));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path source(Path python, String version) throws IOException {
        Path source = STATE.resolve("celery-" + version);
        if (Files.isDirectory(source)) {
            return source;
        }
        Path download = Files.createTempDirectory(STATE, "download");
        pip(python, "download", "--no-deps", "--no-binary", "celery", "-d", download.toString(), "celery==" + version);
        Path archive = only(download);
        Path unpacked = Files.createDirectory(download.resolve("unpacked"));
        run(List.of(python.toString(), "-m", "tarfile", "-e", archive.toString(), unpacked.toString()));
        Files.delete(archive);
        // In one step: an interrupted run leaves no half of it.
        Files.move(only(unpacked), source, StandardCopyOption.ATOMIC_MOVE);
        Files.delete(unpacked);
        Files.delete(download);
        return source;
    }

    private static Path packages(Path python) throws IOException {
        Path packages = STATE.resolve("packages");
        Path installed = packages.resolve("requirements.txt");
        if (!Files.isRegularFile(installed) || Files.mismatch(installed, REQUIREMENTS) >= 0) {
            pip(
                    python,
                    "install",
                    "--no-deps",
                    "--upgrade",
                    "--target",
                    packages.toString(),
                    "-r",
                    REQUIREMENTS.toString());
            Files.copy(REQUIREMENTS, installed, StandardCopyOption.REPLACE_EXISTING);
        }
        return packages;
    }

    private static Path only(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.findFirst().orElseThrow(() -> new AssertionError("nothing in " + folder));
        }
    }

    private static void pip(Path python, String... arguments) {
        List<String> command = new ArrayList<>(List.of(python.toString(), "-m", "pip"));
        command.addAll(Arrays.asList(arguments));
        run(command);
    }

    private static String run(List<String> command) {
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            process.getOutputStream().close();
            String said = new String(process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
            if (process.onExit().join().exitValue() != 0) {
                throw new AssertionError(String.join(" ", command) + " failed:\n" + said);
            }
            return said;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
