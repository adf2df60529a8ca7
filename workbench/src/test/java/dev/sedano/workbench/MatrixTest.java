package dev.sedano.workbench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
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
                        "RabbitMQ 4.0.5", "valkey 8.1.1", new TestFigures(57, 0, 1, true), Duration.ofSeconds(90)),
                new Matrix.Row(
                        "RabbitMQ 4.3.6", "redis 8.0.6", new TestFigures(57, 2, 1, true), Duration.ofSeconds(60)),
                new Matrix.Row("RabbitMQ 5.0.0", "redis 9.0.0", new TestFigures(0, 0, 0, false), Duration.ZERO)));

        assertThat(table.lines().toList())
                .anySatisfy(line -> assertThat(line).matches("RabbitMQ 4.0.5 +valkey 8.1.1 +57 +0 +1 +1.5 +passed"))
                .anySatisfy(line -> assertThat(line).matches("RabbitMQ 4.3.6 +redis 8.0.6 +57 +2 +1 +1.0 +FAILED"))
                .anySatisfy(line -> assertThat(line).endsWith("DID NOT FINISH"));
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
