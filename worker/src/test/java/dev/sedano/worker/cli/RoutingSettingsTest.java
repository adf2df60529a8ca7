package dev.sedano.worker.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sedano.worker.ConfigurationException;
import dev.sedano.worker.runtime.QueueDefinition;
import dev.sedano.worker.runtime.Routing;
import dev.sedano.worker.runtime.TaskPattern;
import dev.sedano.worker.settings.ConfigFile;
import dev.sedano.worker.settings.ConfigValue;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RoutingSettingsTest {
    @TempDir
    private Path folder;

    private ConfigValue value(String yaml) throws IOException {
        return Objects.requireNonNull(
                ConfigFile.read("--config", Files.writeString(folder.resolve("c.yml"), "x: " + yaml))
                        .get("x"));
    }

    private List<QueueDefinition> queues(String yaml) throws IOException {
        return RoutingSettings.queues(value(yaml), "celery");
    }

    @Test
    void queues_asMapOrList_withCelerysDefaults() throws IOException {
        QueueDefinition plain = QueueDefinition.of("plain");
        QueueDefinition topic = new QueueDefinition("t", "feeds", "topic", "feed.#", true, Map.of());
        QueueDefinition fanout = new QueueDefinition("f", "all", "fanout", "celery", false, Map.of());
        QueueDefinition priority =
                new QueueDefinition("p", "p", "direct", "p", true, Map.of("x-max-priority", 10, "x-expires", 60_000));

        assertThat(queues("""

                  plain:
                  t: {exchange: feeds, exchange_type: topic, routing_key: 'feed.#'}
                  f: {exchange: all, type: fanout, durable: no}
                  p: {max_priority: 10, queue_arguments: {x-expires: 60000}}
                """)).containsExactly(plain, topic, fanout, priority);
        assertThat(queues("""

                  - plain
                  - {name: t, exchange: feeds, exchange_type: topic, routing_key: 'feed.#'}
                  - {name: f, exchange: all, type: fanout, durable: no}
                  - {name: p, queue_arguments: {x-max-priority: 10}, expires: 60}
                """)).containsExactly(plain, topic, fanout, priority);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {q: {exchange_type: headers}}            | is no exchange type of queue q
            {q: {exchange: '', type: topic}}         | without an exchange
            {q: {exchang: x}}                        | did you mean exchange?
            {q: {max_priority: 256}}                 | whole number from 1 to 255
            {q: {durable: maybe}}                    | is no switch
            {q: [a]}                                 | is a list: write a map
            [{exchange: x}]                          | is no queue name
            {q: {durable: no, arguments: {x-queue-type: quorum}}} | write durable: true
            five                                     | is one text: write a map
            """)
    void queues_thatAreNone_areRefused_withTheirLine(String yaml, String cure) {
        assertThatThrownBy(() -> queues(yaml))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("task_queues (c.yml:1)")
                .hasMessageContaining(cure);
    }

    @Test
    void routes_exactNamesFirst_thenInOrder() throws IOException {
        List<Routing.Route> routes = RoutingSettings.routes(value("""

                - 'mail.*': mails
                  're:^bill\\.(now|later)': {exchange: bills, routing_key: b.1, priority: 7}
                  mail.urgent: {queue: urgent}
                - ['*', rest]
                """));

        assertThat(routes)
                .extracting(route -> route.task().toString())
                .containsExactly("mail.urgent", "mail.*", "re:^bill\\.(now|later)", "*");
        assertThat(routes).extracting(Routing.Route::queue).containsExactly("urgent", "mails", null, "rest");
        assertThat(routes.get(2).exchange()).isEqualTo("bills");
        assertThat(routes.get(2).routingKey()).isEqualTo("b.1");
        assertThat(routes.get(2).priority()).isEqualTo(7);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {'re:(': a}          | is no regular expression
            {a: {que: b}}        | did you mean queue?
            {a: {priority: x}}   | whole number from 0 to 255
            {a: [b]}             | is a list: write {queue: name}
            [[a]]                | is a list: write {task:
            text                 | is one text: write a map
            """)
    void routes_thatAreNone_areRefused_withTheirLine(String yaml, String cure) {
        assertThatThrownBy(() -> RoutingSettings.routes(value(yaml)))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("task_routes (c.yml:1)")
                .hasMessageContaining(cure);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            a.b          | a.b      | true
            a.b          | axb      | false
            a.*          | a.b.c    | true
            *.b          | a.b      | true
            a.?*         | a.       | false
            a.[xy]*      | a.y1     | true
            a.[!xy]*     | a.y1     | false
            a.[*         | a.[z     | true
            a?           | ab       | false
            re:a\\.[bc]  | a.cd     | true
            re:b         | ab       | false
            """)
    void patterns_fitAsInPython(String pattern, String task, boolean fits) {
        assertThat(TaskPattern.parse("task_routes", pattern).matches(task)).isEqualTo(fits);
    }
}
