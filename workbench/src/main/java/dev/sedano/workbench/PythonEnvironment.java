package dev.sedano.workbench;

import dev.sedano.services.SystemPackages;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A Python environment in the project's folder with the packages of {@code conformance/python/requirements.txt}, for the
 * tests that send tasks with a real Celery. Made once, and again when the requirements change.
 */
final class PythonEnvironment {
    private static final List<String> PACKAGES = List.of("python3-venv");

    private final Project project;
    private final Path folder;
    private final Path requirements;
    private final Consumer<String> progress;

    /** @param celery the Celery to install: null = the one the suite is written for, {@code newest}, or a version */
    PythonEnvironment(Project project, Consumer<String> progress, @Nullable String celery) {
        this.project = project;
        this.progress = progress;
        if (celery == null) {
            folder = project.state().resolve("venv");
            requirements = project.root().resolve("conformance/python/requirements.txt");
        } else {
            folder = project.state().resolve("venv-" + celery);
            requirements = project.state().resolve("celery-" + celery + ".txt");
            write(requirements, celery.equals("newest") ? "celery[redis]\n" : "celery[redis]==" + celery + "\n");
        }
    }

    private static void write(Path file, String text) {
        try {
            Files.createDirectories(file.getParent());
            Files.writeString(file, text);
        } catch (IOException e) {
            throw new WorkbenchException("cannot write " + file + ": " + e.getMessage(), e);
        }
    }

    /**
     * Returns the environment's interpreter, or empty when this machine has no Python that can make one.
     *
     * @param install whether the package manager may install Python
     * @throws WorkbenchException when Python is there but the packages cannot be had
     */
    Optional<Path> provide(boolean install) {
        Path python = folder.resolve("bin/python");
        if (isCurrent(python)) {
            return Optional.of(python);
        }
        if (!makeFolder()) {
            if (!install) {
                return Optional.empty();
            }
            new SystemPackages(progress, project.installLog()).install(PACKAGES);
            if (!makeFolder()) {
                throw new WorkbenchException(
                        "python3 -m venv fails even with python3-venv installed; see " + project.installLog());
            }
        }
        progress.accept("Installing the Python packages of " + project.root().relativize(requirements) + " ...");
        if (!run(List.of(python.toString(), "-m", "pip", "install", "--quiet", "-r", requirements.toString()))) {
            throw new WorkbenchException(
                    "pip could not install the packages of " + requirements + "; see " + project.installLog());
        }
        remember();
        return Optional.of(python);
    }

    private boolean makeFolder() {
        return run(List.of("python3", "-m", "venv", "--clear", folder.toString()));
    }

    private boolean isCurrent(Path python) {
        try {
            return Files.isExecutable(python)
                    && Files.isRegularFile(installed())
                    && Files.mismatch(installed(), requirements) < 0;
        } catch (IOException e) {
            throw new WorkbenchException("cannot read " + requirements + ": " + e.getMessage(), e);
        }
    }

    private void remember() {
        try {
            Files.copy(requirements, installed(), StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new WorkbenchException("cannot write " + installed() + ": " + e.getMessage(), e);
        }
    }

    private Path installed() {
        return folder.resolve("requirements.txt");
    }

    private boolean run(List<String> command) {
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(
                        ProcessBuilder.Redirect.appendTo(project.installLog().toFile()));
        try {
            return builder.start().onExit().join().exitValue() == 0;
        } catch (IOException noSuchProgram) {
            return false;
        }
    }
}
