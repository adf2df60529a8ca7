package dev.sedano.worker;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** The arrows between packages, and the things that only one package may do. */
class ArchitectureTest {
    private static final String ROOT = "dev.sedano.worker.";

    /** What each package may import of the others; a package that is not listed fails the test. */
    private static final Map<String, Set<String>> ARROWS = Map.ofEntries(
            // address, amqp, canvas, protocol, time and tls are the module `wire`, which the client has, too.
            Map.entry("time", Set.of()),
            Map.entry("console", Set.of()),
            Map.entry("address", Set.of("amqp", "tls")),
            Map.entry("amqp", Set.of("canvas", "protocol", "time", "tls")),
            Map.entry("protocol", Set.of("protocol.compression")),
            Map.entry("protocol.compression", Set.of()),
            Map.entry("idempotency", Set.of("time")),
            Map.entry("result", Set.of("idempotency", "protocol", "protocol.compression")),
            Map.entry("idempotency.redis", Set.of("idempotency", "result", "tls")),
            Map.entry("journal", Set.of("idempotency")),
            Map.entry("handler", Set.of("idempotency")),
            Map.entry("canvas", Set.of("protocol", "protocol.compression")),
            Map.entry("delivery", Set.of("canvas", "handler", "idempotency", "journal", "protocol", "result", "time")),
            Map.entry("rabbitmq", Set.of("amqp", "canvas", "delivery", "protocol", "time", "tls")),
            Map.entry("tls", Set.of()),
            Map.entry("settings", Set.of()),
            Map.entry("event", Set.of("delivery", "protocol")),
            Map.entry("control", Set.of("delivery", "event", "protocol", "time")),
            Map.entry("metrics", Set.of("delivery", "idempotency", "journal", "rabbitmq", "time")),
            Map.entry(
                    "runtime",
                    Set.of(
                            "address",
                            "amqp",
                            "canvas",
                            "console",
                            "control",
                            "delivery",
                            "event",
                            "handler",
                            "idempotency",
                            "idempotency.redis",
                            "journal",
                            "metrics",
                            "protocol",
                            "rabbitmq",
                            "result",
                            "time",
                            "tls")),
            Map.entry(
                    "operator",
                    Set.of(
                            "address",
                            "amqp",
                            "idempotency",
                            "idempotency.redis",
                            "protocol",
                            "rabbitmq",
                            "result",
                            "runtime",
                            "settings")),
            Map.entry(
                    "testing",
                    Set.of(
                            "canvas",
                            "delivery",
                            "handler",
                            "idempotency",
                            "journal",
                            "metrics",
                            "protocol",
                            "result",
                            "time")),
            Map.entry(
                    "cli",
                    Set.of(
                            "address",
                            "control",
                            "handler",
                            "idempotency",
                            "operator",
                            "protocol",
                            "protocol.compression",
                            "runtime",
                            "settings")));

    private static final JavaClasses WORKER = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("dev.sedano.worker");

    @Test
    void packages_importOnlyWhatTheirArrowsAllow() {
        Set<String> violations = new TreeSet<>();
        for (JavaClass type : WORKER) {
            String from = part(type);
            if (from.isEmpty()) {
                continue;
            }
            Set<String> allowed = ARROWS.get(from);
            assertThat(allowed)
                    .as("package %s has no arrows in this test", from)
                    .isNotNull();
            type.getDirectDependenciesFromSelf().forEach(dependency -> {
                String to = part(dependency.getTargetClass());
                if (!to.isEmpty() && !to.equals(from) && allowed != null && !allowed.contains(to)) {
                    violations.add(type.getSimpleName() + " (" + from + ") -> "
                            + dependency.getTargetClass().getSimpleName() + " (" + to + ")");
                }
            });
        }
        assertThat(violations).isEmpty();
    }

    private static String part(JavaClass type) {
        String name = type.getPackageName();
        return name.startsWith(ROOT) ? name.substring(ROOT.length()) : "";
    }

    @Test
    void packages_haveNoCycles() {
        slices().matching("dev.sedano.worker.(**)").should().beFreeOfCycles().check(WORKER);
    }

    @Test
    void onlyTheRedisPackage_seesJedis() {
        noClasses()
                .that()
                .resideOutsideOfPackage("dev.sedano.worker.idempotency.redis")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("redis.clients..")
                .check(WORKER);
    }

    @Test
    void onlyTheAmqpPackages_seeTheAmqpClient() {
        noClasses()
                .that()
                .resideOutsideOfPackages("dev.sedano.worker.amqp", "dev.sedano.worker.rabbitmq")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("com.rabbitmq..")
                .check(WORKER);
    }

    @Test
    void onlyTheConsumerSession_settlesDeliveries_andNobodyRejects() {
        for (JavaClass type : WORKER) {
            type.getMethodCallsFromSelf().forEach(call -> {
                String method = call.getTarget().getName();
                if (method.equals("basicNack")) {
                    assertThat(type.getSimpleName()).isEqualTo("ConsumerSession");
                }
                if (method.equals("basicAck")) {
                    assertThat(type.getSimpleName()).isIn("ConsumerSession", "SetAsideQueue");
                }
                assertThat(method).isNotIn("basicReject", "basicRecover");
            });
        }
    }

    @Test
    void onlyClocks_readTheTime_andNobodySleeps() {
        Set<String> clocks = Set.of("dev.sedano.worker.time.Ticker", "dev.sedano.worker.idempotency.redis.StoreClock");
        for (JavaClass type : WORKER) {
            type.getMethodCallsFromSelf().forEach(call -> {
                String target =
                        call.getTargetOwner().getName() + "." + call.getTarget().getName();
                if (!clocks.contains(type.getName())) {
                    assertThat(target)
                            .as(type.getName())
                            .isNotIn(
                                    "java.lang.System.nanoTime",
                                    "java.lang.System.currentTimeMillis",
                                    "java.time.Instant.now",
                                    "java.time.LocalDateTime.now",
                                    "java.time.OffsetDateTime.now");
                }
                assertThat(target).as(type.getName()).isNotIn("java.lang.Thread.sleep");
            });
        }
    }

    @Test
    void leases_areMadeWithTheCheckersClaimsAlone() {
        for (JavaClass type : WORKER) {
            type.getConstructorCallsFromSelf().forEach(call -> {
                if (call.getTargetOwner().getName().equals("dev.sedano.worker.idempotency.Lease")) {
                    assertThat(type.getSimpleName()).isEqualTo("Claims");
                }
            });
        }
    }
}
