package dev.sedano.benchmarks.harness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class OptionsTest {
    @Test
    void optionsAreRead_andTheRestIsTheWorkloads() {
        Options options = Options.parse(
                new String[] {"w5", "--rounds", "5", "--l4", "--idle", "60", "--jvm", "-Xmx64m", "--jvm", "-Xint"});

        assertThat(options.workload()).isEqualTo(Workload.W5);
        assertThat(options.rounds()).isEqualTo(5);
        assertThat(options.count()).isEqualTo(Workload.W5.tasks());
        assertThat(options.plainRuler()).isTrue();
        assertThat(options.idle()).isEqualTo(Duration.ofMinutes(1));
        assertThat(options.jvmOptions()).containsExactly("-Xmx64m", "-Xint");
    }

    @Test
    void wrongOptionsAreNamed() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Options.parse(new String[] {"W2", "--rounds", "0"}))
                .withMessageContaining("--rounds 0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Options.parse(new String[] {"W2", "--tasks"}))
                .withMessageContaining("--tasks needs a value");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Options.parse(new String[] {"W9"}))
                .withMessageContaining("W9");
    }
}
