package dev.sedano.worker.settings;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which variable is meant by one that is none. */
class MisspeltVariableTest {
    @ParameterizedTest
    @CsvSource({
        "SEDANO_CONCURRENCY, SEDANO_WORKER_CONCURRENCY",
        "SEDANO_TIME_LIMIT, SEDANO_TASK_TIME_LIMIT",
        "SEDANO_SOFT_TIME_LIMIT, SEDANO_TASK_SOFT_TIME_LIMIT",
        "SEDANO_PREFETCH_MULTIPLIER, SEDANO_WORKER_PREFETCH_MULTIPLIER",
        "SEDANO_TASK_EVENTS, SEDANO_WORKER_SEND_TASK_EVENTS",
        "SEDANO_LOGLEVEL, SEDANO_LOG_LEVEL",
        "SEDANO_WORKER_CONCURENCY, SEDANO_WORKER_CONCURRENCY",
        "SEDANO_DEFAULT_QUEUE, SEDANO_TASK_DEFAULT_QUEUE"
    })
    void theOneThatIsMeant_isFound(String written, String meant) {
        assertThat(SettingName.misspelt(written)).contains(meant);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SEDANO_CONFIG",
                "SEDANO_JAVA_OPTS",
                "SEDANO_TEST_PYTHON",
                "SEDANO_TEST_FULL",
                "SEDANO_TEST_REDIS",
                "SEDANO_CHAOS_SEED",
                "SEDANO_HTTP_PORT",
                "SEDANO_REDIS_IMAGE",
                "SEDANO_SERVICE_HOST"
            })
    void variablesForOtherPurposes_areLeftAlone(String other) {
        assertThat(SettingName.misspelt(other)).isEmpty();
    }

    @Test
    void everyVariableThatIsOne_isItself() {
        assertThat(SettingName.ALL)
                .allSatisfy(each -> assertThat(each.variables())
                        .allSatisfy(variable ->
                                assertThat(SettingName.misspelt(variable)).isEmpty()));
    }
}
