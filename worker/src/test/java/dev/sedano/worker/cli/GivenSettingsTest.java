package dev.sedano.worker.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sedano.task.Task;
import dev.sedano.task.TaskRegistry;
import dev.sedano.worker.runtime.ResultBackend;
import dev.sedano.worker.runtime.WorkerConfig;
import dev.sedano.worker.settings.SettingName;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

/** Settings from file, environment and options, all through the command line. */
class GivenSettingsTest {
    static final class Tasks {
        @Task("test.a")
        void a() {}
    }

    @TempDir
    private Path folder;

    private final Map<String, String> environment = new HashMap<>();
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private @Nullable WorkerConfig config;

    private int run(String file, String... options) {
        try {
            Path written = Files.writeString(folder.resolve("conf.yml"), file);
            List<String> args = new ArrayList<>(List.of("worker", "--config", written.toString()));
            args.addAll(List.of(options));
            CommandLine command = SedanoCommand.commandLine(environment, this::launch);
            command.setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
            return command.execute(args.toArray(String[]::new));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private int launch(WorkerConfig given, TaskRegistry registry) {
        config = given;
        return ExitCode.OK;
    }

    private WorkerConfig config() {
        return Objects.requireNonNull(config, err.toString());
    }

    @Test
    void file_saysEverythingThatOptionsDo() {
        assertThat(run("""
                broker_url: [amqp://h1/v, amqp://h2/v]
                result_backend: redis://r/2
                result_expires: 3600.0
                result_extended: true
                task_default_queue: jobs
                task_time_limit: 90
                task_soft_time_limit: 0.5
                worker_concurrency: 3
                worker_send_task_events: on
                accept_content: [json, msgpack]
                sedano:
                  app: [%s]
                  lease: 1m
                  http: off
                """.formatted(Tasks.class.getName()))).isZero();

        assertThat(config().brokers()).hasToString("[amqp://h1:5672/v, amqp://h2:5672/v]");
        assertThat(config().resultBackend()).hasToString("redis://r:6379/2");
        assertThat(config().resultExpiry()).isEqualTo(Duration.ofHours(1));
        assertThat(config().resultExtended()).isTrue();
        assertThat(config().queues()).containsExactly("jobs");
        assertThat(config().routing().defaultQueue()).isEqualTo("jobs");
        assertThat(config().limits().hard()).isEqualTo(Duration.ofSeconds(90));
        assertThat(config().limits().soft()).isEqualTo(Duration.ofMillis(500));
        assertThat(config().concurrency()).isEqualTo(3);
        assertThat(config().taskEvents()).isTrue();
        assertThat(config().payloads().accepted()).hasSize(2);
        assertThat(config().lease()).isEqualTo(Duration.ofMinutes(1));
        assertThat(config().http()).isNull();
        assertThat(err.toString()).isEmpty();
    }

    @Test
    void flagsBeatTheEnvironment_whichBeatsTheFile_andShowConfigSaysSo() {
        environment.put("SEDANO_LEASE", "20s");
        environment.put("SEDANO_WORKER_CONCURRENCY", "5");
        environment.put("CELERY_RESULT_BACKEND", "redis://:hunter2@env/1");

        int exit = run("""
                sedano.lease: 10s
                worker_concurrency: 4
                broker_url: amqp://u:hunter2@file/v
                result_extended: yes
                """, "-c", "6", "--show-config");

        assertThat(exit).isZero();
        assertThat(out.toString().lines())
                .contains(
                        "worker_concurrency = 6  (flag --concurrency)",
                        "sedano.lease = 20s  (environment SEDANO_LEASE)",
                        "result_backend = redis://env:6379/1  (environment CELERY_RESULT_BACKEND)",
                        "sedano.idempotency_store = redis://env:6379/1  (default)",
                        "broker_url = amqp://file:5672/v  (conf.yml:3)",
                        "result_extended = true  (conf.yml:4)",
                        "worker_prefetch_multiplier = 1  (default)",
                        "sedano.retention = 7d  (default)",
                        "task_time_limit = none  (default)")
                .hasSize(SettingName.ALL.size());
        assertThat(out.toString()).doesNotContain("hunter2");
        assertThat(config).as("nothing is started").isNull();
    }

    @Test
    void switches_canBeTurnedOffAgain() {
        environment.put("SEDANO_TASK_TRACK_STARTED", "false");

        assertThat(run("""
                        result_backend: redis://r
                        result_extended: true
                        task_track_started: true
                        """, "-A", Tasks.class.getName(), "--result-extended=false"))
                .isZero();

        assertThat(config().resultExtended()).isFalse();
        assertThat(config().trackStarted()).isFalse();
    }

    private String prefix() {
        return ((ResultBackend.Redis) config().resultBackend()).keys().prefix();
    }

    @Test
    void keyPrefix_isCelerysNestedOption_anEnvironmentVariableOrAFlag() {
        String file = """
                result_backend: redis://r
                result_backend_transport_options: {global_keyprefix: app1, socket_timeout: 5}
                sedano.app: [%s]
                """.formatted(Tasks.class.getName());

        assertThat(run(file)).isZero();
        assertThat(prefix()).isEqualTo("app1_");
        assertThat(err.toString())
                .contains("conf.yml:2: result_backend_transport_options socket_timeout has no effect")
                .doesNotContain("global_keyprefix");

        environment.put("SEDANO_RESULT_BACKEND_TRANSPORT_OPTIONS", "{global_keyprefix: 'app2:'}");
        assertThat(run(file)).isZero();
        assertThat(prefix()).isEqualTo("app2:");

        assertThat(run(file, "--result-key-prefix", "app3")).isZero();
        assertThat(prefix()).isEqualTo("app3_");
        assertThat(run(file, "--result-key-prefix", "app3", "--show-config")).isZero();
        assertThat(out.toString())
                .contains("result_backend_transport_options = {global_keyprefix=app3_}  (flag --result-key-prefix)");

        assertThat(run(file, "--result-key-prefix", "")).isZero();
        assertThat(prefix()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{result_chord_ordered: false} | result_chord_ordered \"false\" is not supported | leave it out",
                "{result_chord_ordered: maybe} | result_chord_ordered \"maybe\" | write true or false",
                "{global_key_prefix: a} | \"global_key_prefix\" is no option | did you mean global_keyprefix?",
                "{global_keyprefix: [a]} | global_keyprefix | is a list: write one text",
                "app1 | is one text | write a map, as {global_keyprefix: app1}",
                "{global_keyprefix: \"a\\nb\"} | is no prefix of keys | without line breaks",
            })
    void transportOptionsThatWouldHideResults_areRefused(String options, String what, String cure) {
        assertThat(run("""
                        result_backend: redis://r
                        result_backend_transport_options: %s
                        """.formatted(options), "-A", Tasks.class.getName())).isEqualTo(2);

        assertThat(err.toString()).contains("result_backend_transport_options (conf.yml:2)", what, cure);
        assertThat(config).isNull();
    }

    @Test
    void environmentNamesTheFile_too() throws IOException {
        Path file = Files.writeString(folder.resolve("env.properties"), "result_backend = redis://p/3\n");
        environment.put("SEDANO_CONFIG", file.toString());
        CommandLine command = SedanoCommand.commandLine(environment, this::launch);
        command.setErr(new PrintWriter(err, true));

        assertThat(command.execute("worker", "-A", Tasks.class.getName())).isZero();
        assertThat(config().resultBackend()).hasToString("redis://p:6379/3");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            worker_concurrency: many       | -c (worker_concurrency, conf.yml:2) "many" is no whole number
            worker_concurrency: 0          | -c (worker_concurrency, conf.yml:2) "0" must be from 1 to 10000
            worker_concurrency: [1]        | worker_concurrency (conf.yml:2) is a list: write a whole number
            sedano.lease: soon             | --lease (sedano.lease, conf.yml:2) "soon" is no time
            result_expires: never          | --result-expires (result_expires, conf.yml:2) "never" is no time
            result_expires: null           | result_expires (conf.yml:2) is empty, which is never in Celery: write 0 for never
            result_expires:                | result_expires (conf.yml:2) is empty, which is never in Celery: write 0 for never
            'task_default_queue: "  "'     | --default-queue (task_default_queue, conf.yml:2)
            sedano.log_level: LOUD         | -l (sedano.log_level, conf.yml:2) "LOUD" is no level
            broker_ulr: amqp://u:hunter2@h | conf.yml:2 "broker_ulr" is no setting: did you mean broker_url?
            broker_use_ssl: true           | broker_use_ssl (conf.yml:2) is not read: write broker_url as amqps://
            worker_enable_remote_control: false | worker_enable_remote_control (conf.yml:2) is not read: write sedano.control
            broker_url: amqp://u:hunter2@h:port | --broker (broker_url, conf.yml:2)
            """)
    void mistakes_nameFileLineAndCure(String line, String message) {
        assertThat(run("result_backend: redis://r\n" + line + "\n")).isEqualTo(ExitCode.USAGE);

        assertThat(err.toString()).contains("sedano: " + message).doesNotContain("hunter2");
    }

    @Test
    void celerysOtherSettings_areMentionedOnceEach_withTheReason() {
        assertThat(run("""
                result_backend: redis://r
                task_acks_late: true
                beat_schedule: {a: {task: b}}
                worker_max_tasks_per_child: 100
                """, "-A", Tasks.class.getName())).isZero();

        assertThat(err.toString().lines())
                .hasSize(3)
                .allMatch(line -> line.startsWith("sedano worker: warning: conf.yml:"))
                .anyMatch(line -> line.contains("conf.yml:2: task_acks_late has no effect: tasks are always ack"))
                .anyMatch(line -> line.contains("beat_schedule has no effect: this worker has no scheduler"))
                .anyMatch(line -> line.contains("worker_max_tasks_per_child has no effect: handlers are threads"));
    }

    @Test
    void misspeltVariables_areMentioned() {
        environment.put("SEDANO_WORKER_CONCURENCY", "4");
        environment.put("SEDANO_SERVICE_HOST", "10.0.0.1");

        assertThat(run("result_backend: redis://r\n", "-A", Tasks.class.getName()))
                .isZero();

        assertThat(err.toString().lines())
                .singleElement()
                .asString()
                .contains("SEDANO_WORKER_CONCURENCY", "did you mean SEDANO_WORKER_CONCURRENCY?");
    }
}
