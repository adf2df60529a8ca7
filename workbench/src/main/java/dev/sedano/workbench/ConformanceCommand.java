package dev.sedano.workbench;

import dev.sedano.services.ServiceProvider;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code sedano conformance}. */
@Command(
        name = "conformance",
        mixinStandardHelpOptions = true,
        description =
                "Runs Celery's own integration suite, which pip gets, against a Sedano worker with private servers,"
                        + " and writes docs/compatibility.md. Takes about half an hour.",
        footer = {"", "Exit code: 0 = all passed but known deviations, 1 = more failed, 2 = a server is missing."})
final class ConformanceCommand implements Callable<Integer> {
    @Option(names = "--install", description = "Let the system's package manager install what is missing.")
    private boolean install;

    @Option(
            names = "--only",
            paramLabel = "TEXT",
            description =
                    "Only tests with this in their names, such as test_inspect.py or test_chain; writes no document.")
    private @Nullable String only;

    @Option(
            names = "--repeat",
            paramLabel = "N",
            defaultValue = "1",
            description = "Run them this often, 1 to 1000. Default: ${DEFAULT-VALUE}.")
    private int repeat;

    @Override
    public Integer call() {
        if (repeat < 1 || repeat > 1000) {
            throw new WorkbenchException("--repeat " + repeat + " is out of range: give 1 to 1000");
        }
        Project project = Project.ofLauncher();
        ServiceProvider services = new ServiceProvider(System.out::println, project.installLog());
        if (install || !services.dockerAnswers()) {
            services.installPrograms(true, true, install);
        }
        Path python = new PythonEnvironment(project, System.out::println, null)
                .provide(install)
                .orElseThrow(() -> new WorkbenchException(
                        "Celery's suite needs Python with venv: install python3-venv, or add --install"));
        Map<String, String> environment = new HashMap<>(Map.of(
                "SEDANO_TEST_PYTHON", python.toString(),
                "SEDANO_TEST_REQUIRE_PYTHON", "1",
                "SEDANO_SUITE_REPEAT", Integer.toString(repeat)));
        if (only != null) {
            environment.put("SEDANO_SUITE_ONLY", only);
        }
        int exit = MavenBuild.run(
                project,
                environment,
                List.of(
                        "verify",
                        "-q",
                        "-pl",
                        "conformance",
                        "-am",
                        "-Dtest=none",
                        "-Dsurefire.failIfNoSpecifiedTests=false",
                        "-Dit.test=CompatibilityRun",
                        "-Dfailsafe.failIfNoSpecifiedTests=false"));
        return exit == 0 ? 0 : 1;
    }
}
