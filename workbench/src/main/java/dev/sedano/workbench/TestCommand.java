package dev.sedano.workbench;

import dev.sedano.services.ServiceProvider;
import dev.sedano.services.SystemPackages;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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
            "Exit code: Maven's, with --matrix 1 = not all passed; 2 = a server or package is missing."
        })
final class TestCommand implements Callable<Integer> {
    private static final String REQUIRE_PYTHON = "SEDANO_TEST_REQUIRE_PYTHON";
    private static final String CHAOS_MINUTES = "SEDANO_CHAOS_MINUTES";
    /** The example stories, which wait most of their time, go in pairs. */
    private static final String TWO_MODULES_AT_A_TIME = "-T2";

    @Option(names = "--install", description = "Let the system's package manager install what is missing.")
    private boolean install;

    @Option(
            names = "--full",
            description =
                    "Repeat the chaos tests as often as a release needs: 10 minutes of random faults, 10 minutes of"
                            + " fuzzing. No test may fail, not even once.")
    private boolean full;

    @Option(
            names = "--celery",
            paramLabel = "VERSION",
            description = "Test against this Celery, or \"newest\", instead of the pinned one. With --matrix several,"
                    + " separated by commas.")
    private @Nullable String celery;

    @Option(
            names = "--matrix",
            description = "Run the integration tests with RabbitMQ 4.0 and 4.3, Valkey and Redis 8 instead of this"
                    + " machine's servers, and write the result into docs/compatibility.md. The servers are taken from"
                    + " newer Debian releases, which needs root, debootstrap and 1.2 GB in ~/.cache/sedano. Chaos tests"
                    + " only with --full.")
    private boolean matrix;

    @Option(
            names = "--own-servers",
            paramLabel = "also|only",
            description = "With --matrix: this machine's RabbitMQ and Redis, too, or they alone.")
    private @Nullable String ownServers;

    @Option(
            names = "--only",
            paramLabel = "CLASS",
            description =
                    "With --matrix: only integration tests of this class, * allowed; several separated by commas.")
    private @Nullable String only;

    @Override
    public Integer call() {
        if (only != null && (!matrix || !only.matches("[\\w*,]{1,500}"))) {
            throw new WorkbenchException(
                    "--only " + only + " goes with --matrix and names test classes, such as DeliveryLimitIT");
        }
        if (ownServers != null && (!matrix || !ownServers.matches("also|only"))) {
            throw new WorkbenchException("--own-servers " + ownServers + " goes with --matrix and is also or only");
        }
        Project project = Project.ofLauncher();
        ServiceProvider services = new ServiceProvider(System.out::println, project.installLog());
        if (!matrix && (install || !services.dockerAnswers())) {
            services.installPrograms(true, true, install);
        }
        List<String> celeries = checked(celery, matrix);
        if (matrix) {
            return matrix(project, services, celeries) ? 0 : 1;
        }
        Map<String, String> environment = environment(python(project, celeries.isEmpty() ? null : celeries.get(0)));
        return full
                ? maven(project, environment, TWO_MODULES_AT_A_TIME, "verify", "-Dfuzz.duration=10m")
                : verifyWithRepetition(project, environment);
    }

    private Optional<Path> python(Project project, @Nullable String version) {
        Optional<Path> python = new PythonEnvironment(project, System.out::println, version).provide(install);
        if (python.isEmpty()) {
            warnAboutPython();
        }
        return python;
    }

    private Map<String, String> environment(Optional<Path> python) {
        Map<String, String> environment = new HashMap<>();
        python.ifPresent(program -> environment.put("SEDANO_TEST_PYTHON", program.toString()));
        if (full) {
            environment.put("SEDANO_TEST_FULL", "1");
            environment.put(CHAOS_MINUTES, System.getenv().getOrDefault(CHAOS_MINUTES, "10"));
        }
        return environment;
    }

    /** Returns whether all tests passed with all servers and Celeries. */
    private boolean matrix(Project project, ServiceProvider services, List<String> versions) {
        List<Matrix.Celery> celeries = new ArrayList<>();
        for (String version : versions.isEmpty() ? List.of("") : versions) {
            Optional<Path> python = python(project, version.isEmpty() ? null : version);
            celeries.add(new Matrix.Celery(
                    python.map(InstalledVersions::celery).orElse("without Celery"), environment(python)));
        }
        if (ownServers != null) {
            services.installPrograms(true, true, install);
        }
        if (install) {
            new SystemPackages(System.out::println, project.installLog()).install(List.of("debootstrap"));
        }
        Matrix.@Nullable Servers own = ownServers == null
                ? null
                : new Matrix.Servers(InstalledVersions.rabbitMq(), InstalledVersions.redis(), Map.of());
        Matrix runs =
                new Matrix(project, System.out::println, celeries, with -> maven(project, with, integrationTests()));
        List<Matrix.Row> rows = own != null && "only".equals(ownServers) ? runs.run(List.of(own)) : runs.run(own);
        new CompatibilityDocument(project.root().resolve("docs/compatibility.md")).replaceVersions(rows, only);
        return rows.stream().allMatch(row -> row.figures().passed());
    }

    /**
     * An integration test with real servers on a machine that does other things, too, may miss a time limit: it is repeated
     * once, and what failed is named at the end. A broken promise is a failure whatever the repetition says.
     */
    private static int verifyWithRepetition(Project project, Map<String, String> environment) {
        int exit = maven(project, environment, TWO_MODULES_AT_A_TIME, "verify", "-Dfailsafe.rerunFailingTestsCount=1");
        List<Flake> flakes = Flake.allOf(project);
        if (!flakes.isEmpty()) {
            System.out.println("Tests that failed first and passed when repeated:");
            flakes.forEach(flake -> System.out.println("  " + flake));
        }
        return exit == 0 && flakes.stream().anyMatch(Flake::isViolation) ? 1 : exit;
    }

    /** Failures do not end the build: all of them belong into the table. */
    private String[] integrationTests() {
        List<String> arguments = new ArrayList<>(List.of(
                "verify",
                "-pl",
                "conformance",
                "-am",
                "-Dtest=none",
                "-Dsurefire.failIfNoSpecifiedTests=false",
                "-Dmaven.test.failure.ignore=true"));
        if (only != null) {
            arguments.addAll(List.of("-Dit.test=" + only, "-Dfailsafe.failIfNoSpecifiedTests=false"));
        }
        if (!full) {
            arguments.addAll(List.of("-Dit.excluded=chaos", "-DexcludedGroups=chaos"));
        }
        return arguments.toArray(String[]::new);
    }

    private static int maven(Project project, Map<String, String> environment, String... arguments) {
        return MavenBuild.run(project, environment, List.of(arguments));
    }

    /** The version becomes part of a path and of pip's input. */
    private static List<String> checked(@Nullable String versions, boolean several) {
        if (versions == null) {
            return List.of();
        }
        String one = "(newest|[0-9][0-9A-Za-z.]{0,30})";
        if (!versions.matches(several ? one + "(," + one + "){0,9}" : one)) {
            throw new WorkbenchException("--celery " + versions + " is no version: write newest, or one such as 5.6.2"
                    + (several ? ", or several separated by commas" : "; several go with --matrix"));
        }
        return List.of(versions.split(","));
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
