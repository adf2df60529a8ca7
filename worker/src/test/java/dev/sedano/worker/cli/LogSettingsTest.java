package dev.sedano.worker.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class LogSettingsTest {
    private final PrintStream stderr = System.err;

    @AfterEach
    void restore() {
        System.setErr(stderr);
        LogSettings.parse(null, null).apply();
    }

    private List<String> logged(LogSettings settings) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        System.setErr(new PrintStream(bytes, true, StandardCharsets.UTF_8));
        settings.apply();
        try (MDC.MDCCloseable ignored = MDC.putCloseable("task_id", "t-1")) {
            assertThat(ignored).isNotNull();
            LoggerFactory.getLogger("dev.sedano.Demo").info("hello {}", "world");
            LoggerFactory.getLogger("dev.sedano.Demo").debug("not at INFO");
        }
        return bytes.toString(StandardCharsets.UTF_8).lines().toList();
    }

    @Test
    void text_isOneLineWithLevelAndTaskId() {
        assertThat(logged(LogSettings.parse("info", "text")))
                .singleElement()
                .asString()
                .contains("INFO", "Demo", "t-1", "hello world");
    }

    @Test
    void json_isOneObjectPerLine() {
        List<String> lines = logged(LogSettings.parse("INFO", "json"));

        JsonNode line = JsonMapper.builder().build().readTree(lines.get(0));
        assertThat(lines).hasSize(1);
        assertThat(line.get("formattedMessage").asString()).isEqualTo("hello world");
        assertThat(line.get("mdc").get("task_id").asString()).isEqualTo("t-1");
        assertThat(line.has("arguments")).isFalse();
    }

    @Test
    void celerysLevelNames_areUnderstood() {
        assertThat(logged(LogSettings.parse("WARNING", null))).isEmpty();
        assertThat(logged(LogSettings.parse("CRITICAL", null))).isEmpty();
        assertThat(logged(LogSettings.parse("DEBUG", null))).hasSize(2);
    }
}
