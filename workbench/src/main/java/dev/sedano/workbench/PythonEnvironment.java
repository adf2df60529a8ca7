package dev.sedano.workbench;

import dev.sedano.services.SystemPackages;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A Python environment in the project's folder with the packages of {@code conformance/python/requirements.txt} and
 * {@code examples/python/requirements.txt}, for the tests and stories that send tasks with a real Celery. Made once, and
 * again when the requirements change.
 */
public final class PythonEnvironment {
    private static final List<String> PACKAGES = List.of("python3-venv");

    private final Project project;
    private final Path folder;
    private final List<Path> requirements;
    private final Consumer<String> progress;

    /** @param celery the Celery to install: null = the one the suite is written for, {@code newest}, or a version */
    public PythonEnvironment(Project project, Consumer<String> progress, @Nullable String celery) {
        this.project = project;
        this.progress = progress;
        Path celeryItself;
        if (celery == null) {
            folder = project.state().resolve("venv");
            celeryItself = project.root().resolve("conformance/python/requirements.txt");
        } else {
            folder = project.state().resolve("venv-" + celery);
            celeryItself = project.state().resolve("celery-" + celery + ".txt");
            write(celeryItself, celery.equals("newest") ? "celery[redis]\n" : "celery[redis]==" + celery + "\n");
        }
        requirements = List.of(celeryItself, project.root().resolve("examples/python/requirements.txt"));
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
    public Optional<Path> provide(boolean install) {
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
        List<String> pip = new ArrayList<>(List.of(python.toString(), "-m", "pip", "install", "--quiet"));
        for (Path file : requirements) {
            progress.accept(
                    "Installing the Python packages of " + project.root().relativize(file) + " ...");
            pip.addAll(List.of("-r", file.toString()));
        }
        if (!run(pip)) {
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
                    && Files.readString(installed()).equals(wanted());
        } catch (IOException e) {
            throw new WorkbenchException("cannot read " + installed() + ": " + e.getMessage(), e);
        }
    }

    private void remember() {
        write(installed(), wanted());
    }

    private String wanted() {
        StringBuilder all = new StringBuilder();
        for (Path file : requirements) {
            try {
                all.append(Files.readString(file));
            } catch (IOException e) {
                throw new WorkbenchException("cannot read " + file + ": " + e.getMessage(), e);
            }
        }
        return all.toString();
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
