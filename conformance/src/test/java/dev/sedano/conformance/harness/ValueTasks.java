package dev.sedano.conformance.harness;

import dev.sedano.task.Task;
import dev.sedano.task.TaskContext;
import java.math.BigInteger;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Handlers named as those of the captured messages, and some that give back what they get. */
final class ValueTasks {
    private ValueTasks() {}

    @Task("proj.add")
    static BigInteger add(BigInteger x, BigInteger y) {
        return x.add(y);
    }

    @Task("proj.mul")
    static BigInteger mul(BigInteger x, BigInteger y) {
        return x.multiply(y);
    }

    @Task("proj.tsum")
    static BigInteger total(List<BigInteger> numbers) {
        return numbers.stream().reduce(BigInteger.ZERO, BigInteger::add);
    }

    @Task("proj.ident")
    static @Nullable Object ident(@Nullable Object x) {
        return x;
    }

    @Task("proj.context")
    static Map<String, @Nullable Object> context(TaskContext context) {
        Map<String, @Nullable Object> said = new LinkedHashMap<>();
        said.put("id", context.id());
        said.put("retries", context.retries());
        said.put("headers", context.headers());
        return said;
    }
}
