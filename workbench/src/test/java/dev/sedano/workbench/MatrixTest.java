package dev.sedano.workbench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MatrixTest {
    @TempDir
    Path folder;

    private static String summary(int completed, int errors, int failures, int skipped) {
        return "<failsafe-summary result=\"null\" timeout=\"false\"><completed>" + completed + "</completed><errors>"
                + errors + "</errors><failures>" + failures + "</failures><skipped>" + skipped
                + "</skipped></failsafe-summary>";
    }

    private Project project(String worker, String conformance) throws IOException {
        for (String[] module : new String[][] {{"worker", worker}, {"conformance", conformance}}) {
            Path reports = Files.createDirectories(folder.resolve(module[0]).resolve("target/failsafe-reports"));
            if (!module[1].isEmpty()) {
                Files.writeString(reports.resolve("failsafe-summary.xml"), module[1]);
            }
        }
        return new Project(folder);
    }

    private void write(String module, String summary) {
        try {
            Files.writeString(folder.resolve(module).resolve("target/failsafe-reports/failsafe-summary.xml"), summary);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void figures_addModules_andErrorsAreFailures() throws IOException {
        TestFigures figures = TestFigures.of(project(summary(10, 1, 0, 0), summary(50, 0, 2, 3)));

        assertThat(figures).isEqualTo(new TestFigures(60, 3, 3, true));
        assertThat(figures.passed()).isFalse();
    }

    @Test
    void moduleWithoutFigures_isNoSuccess() throws IOException {
        TestFigures figures = TestFigures.of(project(summary(10, 0, 0, 0), ""));

        assertThat(figures.complete()).isFalse();
        assertThat(figures.passed()).isFalse();
    }

    @Test
    void figuresOfAnEarlierRun_areForgotten() throws IOException {
        Project project = project(summary(10, 0, 0, 0), summary(10, 0, 0, 0));
        assertThat(TestFigures.of(project).passed()).isTrue();

        TestFigures.clear(project);

        assertThat(TestFigures.of(project).passed()).isFalse();
    }

    @Test
    void onlySkipped_isNoSuccess() {
        assertThat(TestFigures.parse(summary(4, 0, 0, 4)).passed()).isFalse();
    }

    @Test
    void table_namesServersAndVerdict() {
        String table = Matrix.table(List.of(
                new Matrix.Row(
                        "Celery 5.4.0",
                        "RabbitMQ 4.0.5",
                        "valkey 8.1.1",
                        new TestFigures(57, 0, 1, true),
                        Duration.ofSeconds(90)),
                new Matrix.Row(
                        "Celery 5.6.2",
                        "RabbitMQ 4.3.6",
                        "redis 8.0.6",
                        new TestFigures(57, 2, 1, true),
                        Duration.ofSeconds(60)),
                new Matrix.Row(
                        "Celery 5.7.0",
                        "RabbitMQ 5.0.0",
                        "redis 9.0.0",
                        new TestFigures(0, 0, 0, false),
                        Duration.ZERO)));

        assertThat(table.lines().toList())
                .anySatisfy(line ->
                        assertThat(line).matches("Celery 5.4.0 +RabbitMQ 4.0.5 +valkey 8.1.1 +57 +0 +1 +1.5 +passed"))
                .anySatisfy(line ->
                        assertThat(line).matches("Celery 5.6.2 +RabbitMQ 4.3.6 +redis 8.0.6 +57 +2 +1 +1.0 +FAILED"))
                .anySatisfy(line -> assertThat(line).endsWith("DID NOT FINISH"));
    }

    @Test
    void eachCelery_runsWithAllServers() throws IOException {
        Project project = project("", "");
        List<Map<String, String>> runs = new ArrayList<>();
        Matrix matrix = new Matrix(
                project,
                line -> {},
                List.of(
                        new Matrix.Celery("Celery 5.4.0", Map.of("PYTHON", "old")),
                        new Matrix.Celery("Celery 5.7.0", Map.of("PYTHON", "new"))),
                environment -> {
                    runs.add(environment);
                    write("conformance", summary(3, 0, 0, 0));
                    return 0;
                });

        List<Matrix.Row> rows = matrix.run(List.of(
                new Matrix.Servers("RabbitMQ 3.10.8", "redis 7.0.15", Map.of()),
                new Matrix.Servers("RabbitMQ 4.3.6", "valkey 8.1.1", Map.of("SERVER", "newer"))));

        assertThat(runs)
                .containsExactly(
                        Map.of("PYTHON", "old"),
                        Map.of("PYTHON", "new"),
                        Map.of("PYTHON", "old", "SERVER", "newer"),
                        Map.of("PYTHON", "new", "SERVER", "newer"));
        assertThat(rows).allSatisfy(row -> assertThat(row.figures().passed()).isTrue());
        assertThat(rows.get(3).celery() + ", " + rows.get(3).store()).isEqualTo("Celery 5.7.0, valkey 8.1.1");
    }

    @Test
    void document_keepsWhatStandsBeforeAndNotesBelow_andReplacesItsTable() throws IOException {
        Path file = Files.writeString(folder.resolve("compatibility.md"), "# Compatibility\n\nA table.\n");
        CompatibilityDocument document = new CompatibilityDocument(file);
        Matrix.Row failed = new Matrix.Row(
                "Celery 5.6.2", "RabbitMQ 4.3.6", "redis 8.0.6", new TestFigures(57, 2, 1, true), Duration.ZERO);
        Matrix.Row passed = new Matrix.Row(
                "Celery 5.6.2", "RabbitMQ 4.3.6", "redis 8.0.6", new TestFigures(57, 0, 1, true), Duration.ZERO);

        document.replaceVersions(List.of(failed), "CanvasIT");
        Files.writeString(file, Files.readString(file) + "\n### Older clients\n\nA note.\n");
        document.replaceVersions(List.of(passed, passed), null);

        String text = Files.readString(file);
        assertThat(text).startsWith("# Compatibility\n\nA table.\n\n## Versions tried together\n");
        assertThat(text.lines().filter(line -> line.startsWith("| Celery 5")))
                .hasSize(2)
                .allMatch(line -> line.equals("| Celery 5.6.2 | RabbitMQ 4.3.6 | redis 8.0.6 | 57 | 0 | 1 | passed |"));
        assertThat(text).endsWith("| passed |\n\n### Older clients\n\nA note.\n");
    }

    @Test
    void serverRoot_knowsItsVersionsAndPrograms() throws IOException {
        Files.writeString(folder.resolve("versions"), "rabbitmq-server 4.0.5\nvalkey-server 8.1.1\n");

        ServerRoot root = ServerRoot.read(folder);

        assertThat(root.version("rabbitmq-server")).isEqualTo("4.0.5");
        assertThat(root.version("nobody")).isEqualTo("unknown");
        assertThat(root.program("valkey-server")).isEqualTo(folder.resolve("bin/valkey-server"));
    }
}
