package dev.sedano.workbench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sedano.services.Violation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FlakeTest {
    @TempDir
    private Path folder;

    @Test
    void testsThatPassedWhenRepeated_areNamed_andViolationsAmongThem() throws IOException {
        Path report = folder.resolve("TEST-x.xml");
        Files.writeString(report, """
                <?xml version="1.0" encoding="UTF-8"?>
                <testsuite name="x" tests="3" errors="0" failures="0">
                  <testcase name="good" classname="dev.x.SomeIT" time="1"/>
                  <testcase name="slow" classname="dev.x.SomeIT" time="1">
                    <flakyError message="not within 10 s" type="org.awaitility.core.ConditionTimeoutException"><stackTrace/></flakyError>
                  </testcase>
                  <testcase name="lost" classname="dev.x.OtherIT" time="1">
                    <flakyFailure message="lost&#10;work" type="%s"><stackTrace/></flakyFailure>
                  </testcase>
                </testsuite>
                """.formatted(Violation.class.getName()));

        assertThat(Flake.parse(report))
                .map(Flake::toString)
                .containsExactly("dev.x.OtherIT.lost: VIOLATION: lost work", "dev.x.SomeIT.slow: not within 10 s");
        assertThat(Flake.parse(report)).map(Flake::isViolation).containsExactly(true, false);
    }
}
