package dev.sedano.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TaskRegistryTest {
    record Order(String id, Map<String, Customer> parties, List<String> lines) {}

    record Customer(long number) {
        public String getNickname() {
            return "none";
        }
    }

    static class Shop {
        @Task("shop.order")
        @Idempotent(key = "order.id", ttl = "P2D", scope = "orders")
        void order(TaskContext context, Order order) {}

        @Task("shop.cancel")
        static void cancel(String id) {}
    }

    static final class SubShop extends Shop {
        @Override
        @Task("shop.order.sub")
        void order(TaskContext context, Order order) {}
    }

    @Test
    void annotatedMethods_becomeTasksWithTheirOptions() {
        TaskRegistry registry = new TaskRegistry().addMethods(new Shop());

        assertThat(registry.definitions())
                .extracting(TaskDefinition::name)
                .containsExactly("shop.cancel", "shop.order");
        TaskOptions options = registry.definitions().get(1).options();
        assertThat(options)
                .isEqualTo(TaskOptions.builder()
                        .key("order.id")
                        .ttl(Duration.ofDays(2))
                        .scope("orders")
                        .build());
    }

    @Test
    void staticMethod_hasNoTarget_andInstanceMethodHasOne() {
        List<TaskDefinition> tasks = new TaskRegistry().addMethods(Shop.class).definitions();

        assertThat(((TaskDefinition.MethodTask) tasks.get(0)).target()).isNull();
        assertThat(((TaskDefinition.MethodTask) tasks.get(1)).target()).isInstanceOf(Shop.class);
    }

    @Test
    void overriddenMethod_isRegisteredOnce_asTheSubclassSays() {
        assertThat(new TaskRegistry().addMethods(new SubShop()).definitions())
                .extracting(TaskDefinition::name)
                .containsExactly("shop.cancel", "shop.order.sub");
    }

    @Test
    void duplicateName_namesBothSources() {
        TaskRegistry registry = new TaskRegistry().addMethods(new Shop());

        assertThatIllegalArgumentException()
                .isThrownBy(() -> registry.add("shop.order", (context, call) -> null))
                .withMessageContaining("\"shop.order\" is registered twice")
                .withMessageContaining("TaskRegistryTest$Shop.order")
                .withMessageContaining("handler " + TaskRegistryTest.class.getName());
    }

    @Test
    void blankName_isRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> new TaskRegistry().add(" ", (context, call) -> null));
    }

    @Test
    void definitions_areACopy() {
        TaskRegistry registry = new TaskRegistry();
        List<TaskDefinition> before = registry.definitions();

        registry.add("a", (context, call) -> 1);

        assertThat(before).isEmpty();
    }

    static final class NoTasks {}

    static final class Forgotten {
        @Idempotent(key = "id")
        void work(String id) {}
    }

    static final class NeedsArgument {
        NeedsArgument(String ignored) {}

        @Task("a")
        void work() {}
    }

    abstract static class AbstractTasks {
        @Task("a")
        void work() {}
    }

    static final class Failing {
        Failing() {
            throw new IllegalStateException("no database");
        }

        @Task("a")
        void work() {}
    }

    @Test
    void unfitClasses_areRefusedWithTheCure() {
        assertRefused(NoTasks.class, "no @Task method");
        assertRefused(Forgotten.class, "add @Task");
        assertRefused(NeedsArgument.class, "no constructor without parameters");
        assertRefused(AbstractTasks.class, "is abstract");
        assertRefused(Failing.class, "no database");
    }

    static final class WrongRoot {
        @Task("a")
        @Idempotent(key = "order.id")
        void work(String orderId) {}
    }

    static final class WrongStep {
        @Task("a")
        @Idempotent(key = "order.number")
        void work(Order order) {}
    }

    static final class WrongEnd {
        @Task("a")
        @Idempotent(key = "order.lines")
        void work(Order order) {}
    }

    static final class EmptySegment {
        @Task("a")
        @Idempotent(key = "order..id")
        void work(Order order) {}
    }

    static final class WrongTtl {
        @Task("a")
        @Idempotent(ttl = "7 days")
        void work(Order order) {}
    }

    static final class ContextAsKey {
        @Task("a")
        @Idempotent(key = "context")
        void work(TaskContext context, String id) {}
    }

    @Test
    void wrongKeyPaths_areRefusedAtRegistration() {
        assertRefused(WrongRoot.class, "starts with \"order\"");
        assertRefused(WrongRoot.class, "start with one of [orderId]");
        assertRefused(WrongStep.class, "has no \"number\"");
        assertRefused(WrongEnd.class, "is no key");
        assertRefused(EmptySegment.class, "empty segment");
        assertRefused(WrongTtl.class, "write P7D");
        assertRefused(ContextAsKey.class, "no parameter");
    }

    static final class GoodPaths {
        @Task("a")
        @Idempotent(key = "order.parties.buyer.number")
        void throughMap(Order order) {}

        @Task("b")
        @Idempotent(key = "order.id")
        void throughOptional(Optional<Order> order) {}

        @Task("c")
        @Idempotent(key = "anything.at.all")
        void unknown(Object anything) {}

        @Task("d")
        @Idempotent(key = "n")
        void primitive(long n) {}
    }

    @Test
    void goodKeyPaths_areAccepted() {
        assertThat(new TaskRegistry().addMethods(GoodPaths.class).definitions()).hasSize(4);
    }

    @Test
    void classWithoutParameterNames_isRefused(@TempDir Path dir) throws Exception {
        Class<?> type = compileWithoutParameters(dir);

        assertRefused(type, "javac -parameters");
    }

    private static Class<?> compileWithoutParameters(Path dir) throws IOException, ClassNotFoundException {
        Path source = dir.resolve("Nameless.java");
        Files.writeString(
                source, "public class Nameless { @dev.sedano.task.Task(\"a\") public void work(String id) {} }");
        String classPath = Path.of(URI.create(Task.class
                        .getProtectionDomain()
                        .getCodeSource()
                        .getLocation()
                        .toString()))
                .toString();
        int exit = ToolProvider.getSystemJavaCompiler()
                .run(null, null, null, "-cp", classPath, "-d", dir.toString(), source.toString());
        assertThat(exit).isZero();
        try (URLClassLoader loader = new URLClassLoader(new URL[] {dir.toUri().toURL()}, Task.class.getClassLoader())) {
            return loader.loadClass("Nameless");
        }
    }

    @Test
    void privateConstructorAndMethod_areReachable() throws InvocationTargetException, IllegalAccessException {
        TaskDefinition.MethodTask task = (TaskDefinition.MethodTask)
                new TaskRegistry().addMethods(Hidden.class).definitions().get(0);

        assertThat(task.method().invoke(task.target())).isEqualTo(42);
    }

    private static final class Hidden {
        private Hidden() {}

        @Task("hidden")
        @SuppressWarnings("UnusedMethod") // called by reflection
        private int answer() {
            return 42;
        }
    }

    private static void assertRefused(Class<?> type, String message) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new TaskRegistry().addMethods(type))
                .withMessageContaining(message);
    }
}
