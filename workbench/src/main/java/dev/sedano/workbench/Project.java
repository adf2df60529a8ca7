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
public record Project(Path root) {
    /** Finds the checkout by the system property that the launcher sets, else takes the current folder. */
    public static Project ofLauncher() {
        return new Project(Path.of(System.getProperty("sedano.root", "")).toAbsolutePath());
    }

    /** The launcher's own folder, made if missing: logs, the Python environment, the copy of the jars that runs. */
    public Path state() {
        try {
            return Files.createDirectories(root.resolve(".sedano"));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot make " + root.resolve(".sedano"), e);
        }
    }

    /** Receives the output of package managers. */
    public Path installLog() {
        return state().resolve("install.log");
    }

    /** The servers as containers. */
    public Path composeFile() {
        return root.resolve("docker-compose.yml");
    }

    /** The jar of the small example tasks. */
    public Path examplesJar() {
        return root.resolve(".sedano/app/sedano-examples.jar");
    }
}
