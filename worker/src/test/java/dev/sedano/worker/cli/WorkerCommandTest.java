package dev.sedano.worker.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sedano.task.Task;
import dev.sedano.task.TaskDefinition;
import dev.sedano.task.TaskRegistry;
import dev.sedano.worker.address.BrokerUri;
import dev.sedano.worker.delivery.UnknownTaskPolicy;
import dev.sedano.worker.idempotency.IdempotencyStore.AfterLeaseLoss;
import dev.sedano.worker.protocol.PayloadForm;
import dev.sedano.worker.protocol.PayloadSettings;
import dev.sedano.worker.protocol.Serializer;
import dev.sedano.worker.protocol.compression.Compression;
import dev.sedano.worker.runtime.Autoscale;
import dev.sedano.worker.runtime.HttpAddress;
import dev.sedano.worker.runtime.NodeName;
import dev.sedano.worker.runtime.PoolKind;
import dev.sedano.worker.runtime.ResultBackend;
import dev.sedano.worker.runtime.TopologyMode;
import dev.sedano.worker.runtime.WorkerConfig;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class WorkerCommandTest {
    static final class Tasks {
        @Task("test.a")
        void a() {}
    }

    private final Map<String, String> environment = new HashMap<>(Map.of("SEDANO_RESULT_BACKEND", "redis://env/1"));
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private @Nullable WorkerConfig config;
    private List<String> tasks = List.of();
    private int launcherAnswer = ExitCode.OK;

    private int run(String... options) {
        List<String> args = new ArrayList<>(List.of("worker", "-A", Tasks.class.getName()));
        args.addAll(List.of(options));
        return execute(args.toArray(String[]::new));
    }

    private int execute(String... args) {
        CommandLine command = SedanoCommand.commandLine(environment, this::launch);
        command.setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
        return command.execute(args);
    }

    private int launch(WorkerConfig given, TaskRegistry registry) {
        config = given;
        tasks = registry.definitions().stream().map(TaskDefinition::name).toList();
        return launcherAnswer;
    }

    private WorkerConfig config() {
        return Objects.requireNonNull(config, err.toString());
    }

    @Test
    void defaults_areTheDocumentedOnes() {
        assertThat(run()).isZero();

        WorkerConfig config = config();
        assertThat(config.brokers()).hasToString("[amqp://localhost:5672//]");
        assertThat(config.queues()).containsExactly("celery");
        assertThat(config.concurrency()).isEqualTo(Runtime.getRuntime().availableProcessors());
        assertThat(config.node()).isEqualTo("sedano@" + NodeName.hostname());
        assertThat(config.pool()).isEqualTo(PoolKind.THREADS);
        assertThat(config.http()).isEqualTo(new HttpAddress("127.0.0.1", 9464));
        assertThat(config.shutdownTimeout()).isEqualTo(Duration.ofSeconds(60));
        assertThat(config.lease()).isEqualTo(Duration.ofSeconds(30));
        assertThat(config.retention()).isEqualTo(Duration.ofDays(7));
        assertThat(config.journalLimit()).isEqualTo(64L << 20);
        assertThat(config.consumerTimeout()).isEqualTo(Duration.ofMinutes(30));
        assertThat(config.resultExpiry()).isEqualTo(Duration.ofDays(1));
        assertThat(config.topology()).isEqualTo(TopologyMode.DECLARE);
        assertThat(config.afterLeaseLoss()).isEqualTo(AfterLeaseLoss.RERUN);
        assertThat(config.idempotencyStore()).hasToString("redis://env:6379/1");
        assertThat(config.resultBesideMarker()).isTrue();
        assertThat(tasks).containsExactly("test.a");
        assertThat(err.toString()).isEmpty();
    }

    @Test
    void excludedQueues_areLeftOut_butNotAll() {
        assertThat(run("-Q", "a,b,c", "-X", "b, d")).isZero();
        assertThat(config().queues()).containsExactly("a", "c");

        assertThat(run("-Q", "a", "-X", "a")).isNotZero();
        assertThat(err.toString()).contains("-X", "leaves no queue of a");
    }

    @Test
    void everyOption_reachesTheConfiguration() {
        int exit = run(("-Q a,b -c 3 -n w1@%h -P threads -l debug --broker amqp://u:p@h1/v;pyamqp://h2:99//"
                        + " --result-backend redis://r/2 --idempotency-store rediss://s:1/3 --http off"
                        + " --shutdown-timeout 5s --namespace prod --state-dir /var/x --lease 1m"
                        + " --retention 3d --prefetch-multiplier 8 --log-format json"
                        + " --journal-limit 128m --consumer-timeout 1h"
                        + " --on-unknown-task hand-on:7:4s --topology passive --on-lease-loss park"
                        + " --accept-content json,yaml --task-serializer msgpack --task-compression none"
                        + " --result-serializer YAML --result-compression zstd")
                .split(" "));

        assertThat(exit).isZero();
        WorkerConfig config = config();
        assertThat(config.queues()).containsExactly("a", "b");
        assertThat(config.concurrency()).isEqualTo(3);
        assertThat(config.node()).isEqualTo("w1@" + NodeName.hostname());
        assertThat(config.brokers())
                .containsExactly(
                        new BrokerUri("h1", 5672, "v", "u", "p", false, Map.of()),
                        new BrokerUri("h2", 99, "/", "guest", "guest", false, Map.of()));
        assertThat(config.resultBackend()).hasToString("redis://r:6379/2");
        assertThat(config.idempotencyStore()).hasToString("rediss://s:1/3");
        assertThat(config.resultBesideMarker()).isFalse();
        assertThat(config.http()).isNull();
        assertThat(config.shutdownTimeout()).isEqualTo(Duration.ofSeconds(5));
        assertThat(config.namespace()).isEqualTo("prod");
        assertThat(config.stateDir()).isEqualTo(Path.of("/var/x"));
        assertThat(config.lease()).isEqualTo(Duration.ofMinutes(1));
        assertThat(config.retention()).isEqualTo(Duration.ofDays(3));
        assertThat(config.journalLimit()).isEqualTo(128L << 20);
        assertThat(config.consumerTimeout()).isEqualTo(Duration.ofHours(1));
        assertThat(config.prefetchMultiplier()).isEqualTo(8);
        assertThat(config.topology()).isEqualTo(TopologyMode.PASSIVE);
        assertThat(config.afterLeaseLoss()).isEqualTo(AfterLeaseLoss.PARK);
        assertThat(config.unknownTask()).isEqualTo(new UnknownTaskPolicy(7, Duration.ofSeconds(4)));
        assertThat(config.payloads())
                .isEqualTo(new PayloadSettings(
                        Set.of(Serializer.JSON, Serializer.YAML),
                        new PayloadForm(Serializer.MSGPACK, null),
                        new PayloadForm(Serializer.YAML, Compression.ZSTD)));
    }

    @Test
    void optionBeatsOurVariable_whichBeatsCelerys() {
        environment.put("CELERY_BROKER_URL", "amqp://celery");
        assertThat(run()).isZero();
        assertThat(config().brokers().get(0).host()).isEqualTo("celery");

        environment.put("SEDANO_BROKER_URL", "amqp://sedano");
        assertThat(run()).isZero();
        assertThat(config().brokers().get(0).host()).isEqualTo("sedano");

        assertThat(run("--broker", "amqp://option")).isZero();
        assertThat(config().brokers().get(0).host()).isEqualTo("option");
    }

    @ParameterizedTest
    @ValueSource(strings = {"rpc://", "disabled", "disabled://"})
    void withoutRedisForTheMarkers_theWorkerRefuses_andNamesTheOption(String backend) {
        assertThat(run("--result-backend", backend)).isEqualTo(ExitCode.USAGE);

        assertThat(err.toString()).contains("--idempotency-store", "SEDANO_IDEMPOTENCY_STORE");
        assertThat(config).isNull();
        assertThat(run("--result-backend", backend, "--idempotency-store", "redis://s"))
                .isZero();
        assertThat(config().resultBackend()).isNotInstanceOf(ResultBackend.Redis.class);
    }

    @Test
    void withoutResultBackend_theWorkerRefuses() {
        environment.clear();

        assertThat(run()).isEqualTo(ExitCode.USAGE);

        assertThat(err.toString()).contains("--result-backend", "SEDANO_RESULT_BACKEND");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            -c                    | 0        | from 1 to 10000
            -c                    | many     | no whole number
            -P                    | forks    | use threads or virtual or solo
            -l                    | LOUD     | use DEBUG
            --lease               | soon     | write 30s
            --lease               | 10ms     | from 1s to 1h
            --retention           | 1s       | from 30s
            --journal-limit       | 5 apples | write a number of bytes, or 512K, 64M, 1G
            --journal-limit       | 63K      | from 64K to 1G
            --journal-limit       | 9999999999G | from 64K to 1G
            --consumer-timeout    | 30s      | from 1m to 1d
            --http                | here     | HOST:PORT
            --broker              | redis:// | use amqp://
            --result-backend      | db+x://y | use redis://
            --idempotency-store   | memory://| use redis://
            --topology            | guess    | use declare or passive or none
            --on-lease-loss       | pray     | use rerun or park
            --on-unknown-task     | drop     | use dead-letter
            --on-unknown-task     | hand-on:1001:2s | from 0 to 1000
            --on-unknown-task     | hand-on:1:1d | from 1s to 1h
            --on-unknown-task     | hand-on:x:2s | use dead-letter, hand-on or
            --namespace           | {a}      | letters
            --log-format          | xml      | use text or json
            -n                    | a@%x     | use %h
            --autoscale           | 1,2      | MIN <= MAX
            --autoscale           | few      | write MAX,MIN
            --queue-concurrency   | a        | write QUEUE=N
            --queue-concurrency   | a=0      | from 1 to 10000
            --prefetch-multiplier | 0        | from 1 to 1000
            -Q                    | a,a      | names a twice
            --accept-content      | xml      | use json, msgpack, yaml
            --accept-content      | pickle   | never read
            --task-serializer     | pickle   | never read nor written
            --result-serializer   | raw      | use json, msgpack, yaml
            --task-compression    | brotli   | use zstd or gzip
            --result-compression  | zip      | use gzip, bzip2, lzma, zstd or none
            """)
    void wrongValue_namesOptionAndCure(String option, String value, String cure) {
        assertThat(run(option, value)).isEqualTo(ExitCode.USAGE);

        assertThat(err.toString()).contains("sedano: " + option + " \"" + value + "\"", cure);
        assertThat(config).isNull();
    }

    @Test
    void passwords_areNeverShown() {
        assertThat(run("--broker", "amqp://u:hunter2@h:port/v")).isEqualTo(ExitCode.USAGE);
        assertThat(run("--idempotency-store", "redis://u:hunter2@h/db")).isEqualTo(ExitCode.USAGE);
        assertThat(run("--result-backend", "sentinel://u:hunter2@h/0")).isEqualTo(ExitCode.USAGE);
        assertThat(err.toString()).doesNotContain("hunter2").contains("…@h");

        assertThat(run("--broker", "amqp://u:hunter2@h/v", "--idempotency-store", "redis://:hunter2@h"))
                .isZero();
        assertThat(config().toString()).doesNotContain("hunter2");
    }

    @Test
    void celerysOwnSwitches_areIgnoredWithOneLine() {
        int exit = run(("--without-gossip --without-mingle --without-heartbeat -B -D -O fair -s f"
                        + " --pidfile p --uid 1 --gid 2"
                        + " --statedb x")
                .split(" "));

        assertThat(exit).isZero();
        assertThat(err.toString().lines())
                .singleElement()
                .asString()
                .contains("warning", "--without-gossip", "--beat", "--pidfile", "--statedb", "ignored");
    }

    @Test
    void switchesForChildProcesses_areAnsweredWithTheReason() {
        assertThat(run("--max-tasks-per-child", "5", "--max-memory-per-child=9"))
                .isZero();

        assertThat(err.toString().lines())
                .hasSize(2)
                .allMatch(line -> line.contains("has no effect: handlers are threads of one process"));
    }

    @Test
    void limits_areTaken() {
        assertThat(run("--autoscale", "10,3", "--queue-concurrency", "a=2,b=1")).isZero();

        assertThat(config().limits().autoscale()).isEqualTo(new Autoscale(3, 10));
        assertThat(config().limits().queues()).isEqualTo(Map.of("a", 2, "b", 1));
        assertThat(run("--autoscale", "10")).isZero();
        assertThat(config().limits().autoscale()).isEqualTo(new Autoscale(1, 10));
    }

    @Test
    void eventsAndControl_areTaken() {
        assertThat(run("-E", "--control", "revoke, rate_limit")).isZero();

        assertThat(config().taskEvents()).isTrue();
        assertThat(config().control()).hasToString("rate_limit,revoke");
        assertThat(err.toString()).isEmpty();
    }

    @Test
    void controlOfUnknownCommands_isRefused_withTheKnownOnes() {
        assertThat(run("--control", "revoke,ping")).isEqualTo(2);

        assertThat(err.toString()).contains("--control", "\"ping\"", "read-only", "pool_grow");
    }

    @ParameterizedTest
    @ValueSource(strings = {"prefork", "gevent", "eventlet", "processes"})
    void pythonsPools_becomeThreads(String pool) {
        assertThat(run("--pool", pool)).isZero();

        assertThat(config().pool()).isEqualTo(PoolKind.THREADS);
        assertThat(err.toString().lines()).singleElement().asString().contains("-P " + pool);
    }

    @Test
    void solo_runsOneAtATime() {
        assertThat(run("-P", "solo")).isZero();
        assertThat(config().concurrency()).isEqualTo(1);

        assertThat(run("-P", "solo", "-c", "2")).isEqualTo(ExitCode.USAGE);
    }

    @Test
    void stateDir_followsXdgAndTheNode() {
        environment.put("XDG_STATE_HOME", "/xdg");

        assertThat(run("-n", "w1@box")).isZero();

        assertThat(config().stateDir()).isEqualTo(Path.of("/xdg/sedano/w1@box"));
    }

    @Test
    void missingOrUnknownApp_isUsage() {
        assertThat(execute("worker")).isEqualTo(ExitCode.USAGE);
        assertThat(err.toString()).contains("-A is not given");

        assertThat(execute("worker", "-A", "nope.jar")).isEqualTo(ExitCode.USAGE);
        assertThat(err.toString()).contains("-A \"nope.jar\" does not exist");
    }

    @Test
    void launchersAnswer_isTheExitCode() {
        launcherAnswer = ExitCode.UNRECORDED;

        assertThat(run()).isEqualTo(3);
    }

    @Test
    void unknownOptionAndMissingCommand_areUsage() {
        assertThat(run("--no-such-option")).isEqualTo(ExitCode.USAGE);
        assertThat(err.toString()).contains("--no-such-option");

        assertThat(execute()).isEqualTo(ExitCode.USAGE);
        assertThat(err.toString()).contains("sedano worker -A APP");
    }

    @Test
    void help_showsOptionsAndExitCodes() {
        assertThat(execute("worker", "--help")).isZero();

        assertThat(out.toString())
                .contains("-A, --app=APP", "--idempotency-store=URL", "Exit codes:", "kept in the journal")
                .doesNotContain("--pidfile=");
        assertThat(out.toString().lines()).allMatch(line -> line.length() <= 80);
    }
}
