package dev.sedano.worker.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ResultKeysTest {
    @ParameterizedTest
    @CsvSource({"myapp, myapp_", "a:, a:", "a_, a_", "a-, a-", "a., a.", "a/, a/_", "'', ''"})
    void prefix_isSeparatedAsCelerySeparatesIt(String given, String expected) {
        ResultKeys keys = ResultKeys.of(given);

        assertThat(keys.task("t")).isEqualTo(expected + "celery-task-meta-t");
        assertThat(keys.group("g")).isEqualTo(expected + "celery-taskset-meta-g");
        assertThat(ResultKeys.of(keys.prefix())).as("whole prefixes stay").isEqualTo(keys);
    }

    @Test
    void withoutAPrefix_namesAreCelerys() {
        assertThat(ResultKeys.of(null)).isEqualTo(ResultKeys.PLAIN);
        assertThat(ResultKeys.PLAIN.task("t")).isEqualTo("celery-task-meta-t");
    }

    @ParameterizedTest
    @ValueSource(strings = {" ", "a\nb"})
    void whatIsNoPrefix_isRefused(String given) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ResultKeys.of(given))
                .withMessageContaining("global_keyprefix");
        assertThatIllegalArgumentException().isThrownBy(() -> ResultKeys.of("x".repeat(201)));
    }
}
