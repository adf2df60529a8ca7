package dev.sedano.worker.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sedano.worker.ConfigurationException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConfigFileTest {
    @TempDir
    private Path folder;

    private Map<String, ConfigValue> read(String name, String text) throws IOException {
        return ConfigFile.read("--config", Files.writeString(folder.resolve(name), text));
    }

    @Test
    void yaml_givesTextsListsAndMaps_withTheirLines() throws IOException {
        Map<String, ConfigValue> read = read("c.yml", """
                # a comment
                worker_concurrency: 010
                result_extended: yes
                accept_content: [json, 'yaml']
                result_compression: ~
                sedano:
                  lease: 1m
                sedano.namespace: "no"
                """);

        assertThat(read)
                .containsExactly(
                        Map.entry("worker_concurrency", new ConfigValue.Text("c.yml:2", "010")),
                        Map.entry("result_extended", new ConfigValue.Text("c.yml:3", "yes")),
                        Map.entry(
                                "accept_content",
                                new ConfigValue.Items(
                                        "c.yml:4",
                                        List.of(
                                                new ConfigValue.Text("c.yml:4", "json"),
                                                new ConfigValue.Text("c.yml:4", "yaml")))),
                        Map.entry("result_compression", new ConfigValue.Nothing("c.yml:5")),
                        Map.entry("sedano.lease", new ConfigValue.Text("c.yml:7", "1m")),
                        Map.entry("sedano.namespace", new ConfigValue.Text("c.yml:8", "no")));
    }

    @Test
    void properties_continueLines_andKeepTheFirstLinesNumber() throws IOException {
        Map<String, ConfigValue> read = read("c.properties", """
                # comment that ends in a backslash \\
                broker_url = amqp://a;\\
                    amqp://b

                sedano.lease: 1m
                sedano.namespace = \\u0061b
                """);

        assertThat(read)
                .containsExactly(
                        Map.entry("broker_url", new ConfigValue.Text("c.properties:2", "amqp://a;amqp://b")),
                        Map.entry("sedano.lease", new ConfigValue.Text("c.properties:5", "1m")),
                        Map.entry("sedano.namespace", new ConfigValue.Text("c.properties:6", "ab")));
    }

    @Test
    void emptyFiles_sayNothing() throws IOException {
        assertThat(read("a.yaml", "# nothing\n")).isEmpty();
        assertThat(read("a.properties", "\n")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            c.yml        | a: 1%nb: [2          | c.yml:2              | mend that line
            c.yml        | a: 1%nb: 2%na: 3     | c.yml:3              | says a again, after c.yml:1
            c.yml        | sedano.a: 1%nsedano: {a: 2} | c.yml:2       | says sedano.a again
            c.yml        | - a%n- b             | is a list, no map    | worker_concurrency: 4
            c.yml        | ? [a, b]%n: 1        | c.yml:1              | write a text
            c.yml        | a: 1%n---%nb: 2      | c.yml:2              | mend that line
            c.yml        | 'a: &x [*x]'         | nested too deep      | at most
            c.yml        | a: %t               | c.yml:1               | mend that line
            c.yml        | 'a: !x%0'            | c.yml                | cannot be read as YAML
            c.properties | a=1%nb=2%na=3        | c.properties:3       | says a again, after c.properties:1
            c.properties | a=\\u00zz            | c.properties:1       | is no line
            c.toml       | a = 1                | no known ending      | .properties
            """)
    void whatCannotBeRead_isRefused_withItsLine(String name, String text, String where, String cure) {
        assertThatThrownBy(() -> read(name, text.replace("%n", "\n").replace("%t", "@x")))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("--config")
                .hasMessageContaining(where)
                .hasMessageContaining(cure);
    }

    @Test
    void tags_neverNameAClass() {
        assertThatThrownBy(() -> read("c.yml", "sedano.namespace: !!javax.script.ScriptEngineManager x\n"))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("c.yml:1")
                .hasMessageContaining("not allowed");
    }

    @Test
    void manyCopiesOfAnAnchor_areRefused() {
        StringBuilder bomb = new StringBuilder("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
        for (int i = 1; i < 8; i++) {
            String before = "*a" + (i - 1);
            bomb.append(
                    "a%d: &a%d [%s]\n".formatted(i, i, String.join(", ", java.util.Collections.nCopies(10, before))));
        }

        assertThatThrownBy(() -> read("c.yml", bomb.toString()))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("c.yml");
    }

    @ParameterizedTest
    @ValueSource(strings = {"c.yml", "c.properties"})
    void missingOrBinaryFiles_areRefused(String name) throws IOException {
        Path file = folder.resolve(name);
        assertThatThrownBy(() -> ConfigFile.read("--config", file))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("a file that exists");

        Files.write(file, "a: ü".getBytes(StandardCharsets.ISO_8859_1));
        assertThatThrownBy(() -> ConfigFile.read("--config", file))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("not UTF-8");

        Files.write(file, new byte[(1 << 20) + 1]);
        assertThatThrownBy(() -> ConfigFile.read("--config", file))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("1 MiB");
    }
}
