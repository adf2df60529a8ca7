package dev.sedano.workbench;

import dev.sedano.services.ServiceProvider;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code sedano test}. */
@Command(
        name = "test",
        mixinStandardHelpOptions = true,
        description = "Runs the whole test suite (mvnw verify) against real servers and a real Python Celery.",
        footer = {
            "",
            "Without Python the tests that need it are skipped, and that is said.",
            "Exit code: Maven's; 2 = a server or package is missing."
        })
final class TestCommand implements Callable<Integer> {
    private static final String REQUIRE_PYTHON = "SEDANO_TEST_REQUIRE_PYTHON";

    @Option(names = "--install", description = "Let the system's package manager install what is missing.")
    private boolean install;

    @Option(names = "--full", description = "Repeat the chaos tests as often as a release needs, which takes long.")
    private boolean full;

    @Option(
            names = "--celery",
            paramLabel = "VERSION",
            description = "Test against this Celery, or \"newest\", instead of the pinned one.")
    private @Nullable String celery;

    @Override
    public Integer call() throws IOException {
        Project project = Project.ofLauncher();
        ServiceProvider services = new ServiceProvider(System.out::println, project.installLog());
        if (install || !services.dockerAnswers()) {
            services.installPrograms(true, true, install);
        }
        Optional<Path> python = new PythonEnvironment(project, System.out::println, checked(celery)).provide(install);
        if (python.isEmpty()) {
            warnAboutPython();
        }
        ProcessBuilder maven = new ProcessBuilder(
                        List.of(System.getProperty("sedano.maven", "./mvnw"), "-B", "-ntp", "verify"))
                .directory(project.root().toFile())
                .inheritIO();
        python.ifPresent(program -> maven.environment().put("SEDANO_TEST_PYTHON", program.toString()));
        if (full) {
            maven.environment().put("SEDANO_TEST_FULL", "1");
        }
        return maven.start().onExit().join().exitValue();
    }

    /** The version becomes part of a path and of pip's input. */
    private static @Nullable String checked(@Nullable String version) {
        if (version != null && !version.matches("newest|[0-9][0-9A-Za-z.]{0,30}")) {
            throw new WorkbenchException("--celery " + version + " is no version: write newest, or one such as 5.6.2");
        }
        return version;
    }

    private static void warnAboutPython() {
        String cure = "install python3-venv, or add --install";
        if ("1".equals(System.getenv(REQUIRE_PYTHON))) {
            throw new WorkbenchException(REQUIRE_PYTHON + " is set and there is no Python with venv: " + cure);
        }
        System.out.println("""
                ************************************************************************
                * No Python with venv on this machine: the tests with a real Celery    *
                * are SKIPPED. To run them: %s.   *
                ************************************************************************""".formatted(cure));
    }
}
