package dev.sedano.workbench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class ExampleCommandTest {
    private final StringWriter errors = new StringWriter();

    private int execute(String... arguments) {
        CommandLine command = ExampleCommand.commandLine();
        return command.setErr(new PrintWriter(errors)).execute(arguments);
    }

    @Test
    void withoutName_saysWhichThereAre_andThatItIsWrongUsage() {
        assertThat(execute()).isEqualTo(2);
        assertThat(errors.toString()).contains("Name an example: list");
    }

    @Test
    void unknownName_isNamed() {
        assertThat(execute("no-such-story")).isEqualTo(2);
        assertThat(errors.toString()).contains("no-such-story");
    }

    @Test
    void list_succeedsWithoutStories() {
        assertThat(execute("list")).isZero();
    }
}
