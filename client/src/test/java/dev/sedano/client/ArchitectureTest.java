package dev.sedano.client;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** What the modules client and wire may see, and what they show. */
class ArchitectureTest {
    private static final String WIRE = "dev.sedano.worker";

    private static final JavaClasses CLIENT = classesIn("dev.sedano.client");
    /** The worker is not on this module's class path, so these are the packages of the module wire. */
    private static final JavaClasses WIRES = classesIn(WIRE);

    private static JavaClasses classesIn(String root) {
        return new ClassFileImporter()
                .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                .importPackages(root);
    }

    @Test
    void theClient_showsTwoTypes_theRestIsInTheTaskApi() {
        assertThat(CLIENT.stream()
                        .filter(type -> type.getModifiers().contains(JavaModifier.PUBLIC))
                        .filter(type -> type.getEnclosingClass().isEmpty())
                        .map(JavaClass::getSimpleName))
                .containsExactlyInAnyOrder("CeleryClient", "ClientConfig");
    }

    @Test
    void theClientsPublicMethods_nameNoTypeOfWire() {
        Set<String> shown = new TreeSet<>();
        for (JavaClass type : CLIENT) {
            if (type.getModifiers().contains(JavaModifier.PUBLIC)) {
                type.getMethods().stream()
                        .filter(method -> method.getModifiers().contains(JavaModifier.PUBLIC))
                        .forEach(method -> {
                            shown.add(method.getRawReturnType().getPackageName());
                            method.getRawParameterTypes().forEach(each -> shown.add(each.getPackageName()));
                        });
            }
        }
        assertThat(shown).noneMatch(each -> each.startsWith(WIRE));
    }

    @Test
    void theClient_seesWireAndTaskApi_andNoPartOfTheWorker() {
        classes()
                .that()
                .resideInAPackage("dev.sedano.client")
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(
                        "dev.sedano.client",
                        "dev.sedano.task..",
                        "dev.sedano.worker",
                        "dev.sedano.worker.address",
                        "dev.sedano.worker.amqp",
                        "dev.sedano.worker.canvas",
                        "dev.sedano.worker.protocol..",
                        "dev.sedano.worker.time",
                        "dev.sedano.worker.tls",
                        "com.rabbitmq.client..",
                        "redis.clients.jedis..",
                        "org.slf4j..",
                        "org.jspecify..",
                        "java..",
                        "javax.net.ssl..")
                .check(CLIENT);
    }

    @Test
    void wire_isTheSevenPackagesThatWorkerAndClientShare_andSeesNeither() {
        assertThat(WIRES.stream().map(JavaClass::getPackageName).distinct())
                .containsExactlyInAnyOrder(
                        WIRE,
                        WIRE + ".address",
                        WIRE + ".amqp",
                        WIRE + ".canvas",
                        WIRE + ".protocol",
                        WIRE + ".protocol.compression",
                        WIRE + ".time",
                        WIRE + ".tls");
        noClasses()
                .that()
                .resideInAPackage(WIRE + "..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("dev.sedano.client..", "redis.clients..")
                .check(WIRES);
    }

    @Test
    void wiresPackages_haveNoCycles() {
        slices().matching(WIRE + ".(**)").should().beFreeOfCycles().check(WIRES);
    }
}
