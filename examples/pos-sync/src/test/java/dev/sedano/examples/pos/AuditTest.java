package dev.sedano.examples.pos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AuditTest {
    @Test
    void findsOrdersThatWereChargedMoreThanOnce_andWhatTheyCost() throws Exception {
        assertThat(Audit.findings(Audit.read(Path.of("statement.csv"))))
                .containsExactly(new Audit.Finding("2026-0002", 1, 2_500), new Audit.Finding("2026-0004", 2, 24_000));
    }

    @Test
    void lineThatIsNoCharge_isNamed(@TempDir Path folder) throws Exception {
        Path csv = folder.resolve("bad.csv");
        Files.writeString(csv, "charge,order,cents\nch_1,o-1,12.50\n");

        assertThatIOException().isThrownBy(() -> Audit.read(csv)).withMessageContaining("line 2");
    }
}
