package dev.sedano.worker.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sedano.worker.ConfigurationException;
import dev.sedano.worker.runtime.TaskLimit;
import dev.sedano.worker.settings.ConfigFile;
import dev.sedano.worker.settings.ConfigValue;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LimitSettingsTest {
    @TempDir
    private Path folder;

    private List<TaskLimit> tasks(String yaml) throws IOException {
        ConfigValue value = Objects.requireNonNull(
                ConfigFile.read("--config", Files.writeString(folder.resolve("c.yml"), "x: " + yaml))
                        .get("x"));
        return LimitSettings.tasks(value);
    }

    @Test
    void annotations_areReadByTask_namesFirst() throws IOException {
        List<TaskLimit> limits = tasks("""

                  'mail.*': {rate_limit: 90/m, rate_limit_scope: fleet}
                  mail.urgent: {rate_limit: 0, rate_limit_scope: worker, concurrency: 2, time_limit: 10}
                """);

        assertThat(limits).extracting(each -> each.task().toString()).containsExactly("mail.urgent", "mail.*");
        assertThat(limits).extracting(TaskLimit::ratePerSecond).containsExactly(0.0, 1.5);
        assertThat(limits).extracting(TaskLimit::rateOfFleet).containsExactly(false, true);
        assertThat(limits).extracting(TaskLimit::concurrency).containsExactly(2, null);
        assertThat(limits).extracting(TaskLimit::hard).containsExactly(Duration.ofSeconds(10), null);
    }

    @ParameterizedTest
    @CsvSource(delimiter = ';', textBlock = """
            {a: {rate_limit: fast}};                         write 10/s, 10/m, 10/h
            {a: {rate_limit: 1/s, rate_limit_scope: all}};   write worker (each limits for itself) or fleet (all together)
            {a: {rate_limit_skope: fleet}};                  did you mean rate_limit_scope?
            {a: 10/s};                                       write {rate_limit: 10/s}
            """)
    void annotations_thatAreNone_areRefused_withTheirLine(String yaml, String cure) {
        assertThatThrownBy(() -> tasks(yaml))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("c.yml:1")
                .hasMessageContaining(cure);
    }
}
