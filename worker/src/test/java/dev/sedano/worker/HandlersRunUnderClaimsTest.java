package dev.sedano.worker;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNoException;

import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import dev.sedano.task.TaskCall;
import dev.sedano.task.TaskContext;
import dev.sedano.task.TaskDefinition;
import dev.sedano.task.TaskHandler;
import dev.sedano.worker.handler.BoundHandler;
import dev.sedano.worker.handler.TaskCallValues;
import dev.sedano.worker.idempotency.Lease;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * A handler's code is reached only through {@link BoundHandler#invoke}, which asks for a {@link Lease}, which only the
 * idempotency package can make; and only the delivery package calls it.
 */
class HandlersRunUnderClaimsTest {
    private static final Set<String> CODE = Set.of("handle", "handler", "method");

    private static final ArchRule CODE_STAYS_INSIDE = noClasses()
            .that()
            .resideOutsideOfPackages("dev.sedano.worker.handler", "dev.sedano.task")
            .should()
            .accessTargetWhere(describe("is a handler's code", HandlersRunUnderClaimsTest::isHandlersCode));

    private static final ArchRule DELIVERY_ALONE_INVOKES = noClasses()
            .that()
            .resideOutsideOfPackages("dev.sedano.worker.handler", "dev.sedano.worker.delivery")
            .should()
            .accessTargetWhere(describe(
                    "is BoundHandler.invoke",
                    (JavaAccess<?> access) -> access.getTargetOwner().isEquivalentTo(BoundHandler.class)
                            && access.getTarget().getName().equals("invoke")));

    private static boolean isHandlersCode(JavaAccess<?> access) {
        boolean owner = access.getTargetOwner().isAssignableTo(TaskHandler.class)
                || access.getTargetOwner().isAssignableTo(TaskDefinition.class);
        return owner && CODE.contains(access.getTarget().getName());
    }

    private final JavaClasses worker = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("dev.sedano.worker", "dev.sedano.task");

    @Test
    void theWorker_keepsBothRules() {
        assertThatNoException().isThrownBy(() -> CODE_STAYS_INSIDE.check(worker));
        assertThatNoException().isThrownBy(() -> DELIVERY_ALONE_INVOKES.check(worker));
    }

    static final class CallsTheHandler {
        @Nullable
        Object run(TaskHandler handler, TaskContext context, TaskCall call) throws Exception {
            return handler.handle(context, call);
        }
    }

    static final class TakesTheMethod {
        Object run(TaskDefinition.MethodTask task) {
            return task.method();
        }
    }

    static final class InvokesElsewhere {
        @Nullable
        Object run(BoundHandler handler, Lease lease, TaskContext context, TaskCallValues call) throws Throwable {
            return handler.invoke(lease, context, call);
        }
    }

    @Test
    void plantedBypasses_areFound() {
        assertFound(CODE_STAYS_INSIDE, CallsTheHandler.class);
        assertFound(CODE_STAYS_INSIDE, TakesTheMethod.class);
        assertFound(DELIVERY_ALONE_INVOKES, InvokesElsewhere.class);
    }

    private static void assertFound(ArchRule rule, Class<?> bypass) {
        JavaClasses classes = new ClassFileImporter()
                .importClasses(
                        bypass,
                        TaskHandler.class,
                        TaskDefinition.class,
                        TaskDefinition.MethodTask.class,
                        TaskDefinition.HandlerTask.class);
        assertThatExceptionOfType(AssertionError.class)
                .isThrownBy(() -> rule.check(classes))
                .withMessageContaining(bypass.getName());
    }
}
