package dev.sedano.workbench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The checkout that {@code ./sedano} runs from.
 *
 * @param root its folder
 */
record Project(Path root) {
    /** Finds the checkout by the system property that the launcher sets, else takes the current folder. */
    static Project ofLauncher() {
        return new Project(Path.of(System.getProperty("sedano.root", "")).toAbsolutePath());
    }

    /** The launcher's own folder, made if missing: logs, the Python environment, the copy of the jars that runs. */
    Path state() {
        try {
            return Files.createDirectories(root.resolve(".sedano"));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot make " + root.resolve(".sedano"), e);
        }
    }

    Path installLog() {
        return state().resolve("install.log");
    }

    Path composeFile() {
        return root.resolve("docker-compose.yml");
    }

    Path examplesJar() {
        return root.resolve(".sedano/app/sedano-examples.jar");
    }
}
