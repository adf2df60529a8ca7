package dev.sedano.worker.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sedano.worker.idempotency.redis.ScriptTexts;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class ScriptsCommandTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int execute(String... args) {
        CommandLine command = SedanoCommand.commandLine(Map.of(), (config, registry) -> ExitCode.INTERNAL);
        command.setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
        return command.execute(args);
    }

    @Test
    void scripts_areWrittenWhole(@TempDir Path folder) throws IOException {
        assertThat(execute("scripts", "--out", folder.resolve("lua").toString()))
                .isEqualTo(ExitCode.OK);

        assertThat(ScriptTexts.byName())
                .containsKeys("hello", "claim", "renew", "complete", "release", "report_blocked", "result");
        for (Map.Entry<String, String> script : ScriptTexts.byName().entrySet()) {
            Path file = folder.resolve("lua").resolve(script.getKey() + ".lua");
            assertThat(file).hasContent(script.getValue());
            assertThat(out.toString()).contains(file.toString());
        }
        assertThat(Files.readString(folder.resolve("lua/complete.lua")))
                .contains("local function touch()", "local function settle(", "-- Records the outcome of an attempt");
    }

    @Test
    void aFolderThatCannotBe_isNamed(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("taken"), "");

        assertThat(execute("scripts", "--out", file.toString())).isEqualTo(ExitCode.USAGE);

        assertThat(err.toString()).contains("--out \"" + file + "\" cannot be written to");
    }

    @Test
    void aMissingFolder_isAskedFor() {
        assertThat(execute("scripts")).isEqualTo(ExitCode.USAGE);

        assertThat(err.toString()).contains("--out");
    }
}
