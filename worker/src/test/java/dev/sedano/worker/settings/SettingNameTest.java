package dev.sedano.worker.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sedano.worker.ConfigurationException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SettingNameTest {
    private static final ConfigValue VALUE = new ConfigValue.Text("c.yml:7", "hunter2");

    @Test
    void everyName_isTakenOnce() {
        assertThat(SettingName.ALL).extracting(SettingName::key).doesNotHaveDuplicates();
        assertThat(SettingName.ALL)
                .extracting(SettingName::option)
                .filteredOn(option -> !option.isEmpty())
                .doesNotHaveDuplicates();
        assertThat(SettingName.ALL).flatExtracting(SettingName::variables).doesNotHaveDuplicates();
        assertThat(SettingName.ALL)
                .extracting(SettingName::key)
                .doesNotContainAnyElementsOf(CelerySettings.answers().keySet());
    }

    @ParameterizedTest
    @CsvSource(textBlock = """
            broker_ulr,                broker_url
            BROKER_URL,                broker_url
            CELERY_RESULT_BACKEND,     result_backend
            CELERYD_CONCURRENCY,       worker_concurrency
            worker_concurency,         worker_concurrency
            task-default-queue,        task_default_queue
            sedano.leese,              sedano.lease
            lease,                     sedano.lease
            worker_prefetch_multiplyer, worker_prefetch_multiplier
            """)
    void unknownName_namesTheNearest_andItsLine(String written, String meant) {
        assertThatThrownBy(() -> SettingName.find(written, VALUE))
                .isInstanceOf(ConfigurationException.class)
                .hasMessage("c.yml:7 \"" + written + "\" is no setting: did you mean " + meant + "?");
    }

    @Test
    void nameLikeNoOther_isRefused_withoutAGuess() {
        assertThatThrownBy(() -> SettingName.find("favourite_colour_of_the_operator", VALUE))
                .hasMessageContaining("docs/configuration.md")
                .hasMessageNotContaining("did you mean");
    }

    @Test
    void valuesOfAnotherKind_areRefused_withTheirLine_andNeverShown() {
        ConfigValue list = new ConfigValue.Items("c.yml:3", List.of(VALUE));
        ConfigValue map = new ConfigValue.Fields("c.yml:4", Map.of("a", VALUE));
        SettingName number = SettingName.find("worker_concurrency", VALUE);
        SettingName urls = SettingName.find("broker_url", VALUE);

        assertThat(urls.text(list)).isEqualTo("hunter2");
        assertThatThrownBy(() -> number.text(list))
                .hasMessage("worker_concurrency (c.yml:3) is a list: write a whole number");
        assertThatThrownBy(() -> urls.text(map)).hasMessageContaining("c.yml:4").hasMessageNotContaining("hunter2");
        assertThatThrownBy(() -> SettingName.find("result_extended", VALUE).text(new ConfigValue.Text("f:1", "maybe")))
                .hasMessage("result_extended (f:1) \"maybe\" is no switch: write true or false");
    }

    @ParameterizedTest
    @CsvSource({"ab,ab,0", "ab,ba,1", "'',abc,3", "kitten,sitting,3", "abcd,acbd,1"})
    void distance_countsChanges(String one, String other, int changes) {
        assertThat(Nearest.distance(one, other)).isEqualTo(changes);
        assertThat(Nearest.distance(other, one)).isEqualTo(changes);
    }
}
