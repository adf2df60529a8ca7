package dev.sedano.worker.handler;

import dev.sedano.task.Default;
import dev.sedano.task.TaskContext;
import java.lang.reflect.Method;
import java.lang.reflect.Parameter;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * The parameters of a task method, read once.
 *
 * @param function the method's name, as errors call it
 * @param slots all parameters, in order
 * @param named those that take an argument by position or name, in order
 * @param rest the {@code Object...} at the end, or null
 */
record Signature(
        String function,
        List<Slot> slots,
        List<Slot> named,
        @Nullable Slot rest) {
    private static final JsonMapper LITERALS = JsonMapper.builder().build();

    /** What a parameter is fed from. */
    enum Kind {
        CONTEXT,
        ARGUMENT,
        REST
    }

    /**
     * One parameter.
     *
     * @param type what to convert to; for REST the type of an element
     * @param optional whether the parameter is an Optional around {@code type}
     * @param literal the parsed default; meaningful only if {@code hasDefault}
     */
    record Slot(
            Kind kind,
            String name,
            Type type,
            boolean optional,
            boolean hasDefault,
            @Nullable Object literal) {
        boolean required() {
            return !optional && !hasDefault;
        }
    }

    /**
     * Reads a method.
     *
     * @param converter checks the defaults
     * @throws IllegalArgumentException if a default is no JSON or does not convert
     */
    static Signature of(Method method, ArgumentConverter converter) {
        List<Slot> slots = new ArrayList<>();
        for (Parameter parameter : method.getParameters()) {
            slots.add(slot(method, parameter, converter));
        }
        List<Slot> named =
                slots.stream().filter(slot -> slot.kind() == Kind.ARGUMENT).toList();
        Slot rest = slots.stream()
                .filter(slot -> slot.kind() == Kind.REST)
                .findFirst()
                .orElse(null);
        return new Signature(method.getName(), List.copyOf(slots), named, rest);
    }

    long requiredCount() {
        return named.stream().filter(Slot::required).count();
    }

    private static Slot slot(Method method, Parameter parameter, ArgumentConverter converter) {
        String name = parameter.getName();
        Type type = parameter.getParameterizedType();
        if (parameter.getType() == TaskContext.class) {
            return new Slot(Kind.CONTEXT, name, type, false, false, null);
        }
        if (parameter.isVarArgs()) {
            return new Slot(Kind.REST, name, parameter.getType().getComponentType(), false, false, null);
        }
        if (parameter.getType() == Optional.class) {
            Type inner = type instanceof java.lang.reflect.ParameterizedType generic
                    ? generic.getActualTypeArguments()[0]
                    : Object.class;
            return new Slot(Kind.ARGUMENT, name, inner, true, false, null);
        }
        Default annotation = parameter.getAnnotation(Default.class);
        if (annotation == null) {
            return new Slot(Kind.ARGUMENT, name, type, false, false, null);
        }
        try {
            Object literal = LITERALS.readValue(annotation.value(), Object.class);
            if (literal != null || parameter.getType().isPrimitive()) {
                converter.convert(literal, type);
            }
            return new Slot(Kind.ARGUMENT, name, type, false, true, literal);
        } catch (JacksonException | IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "@Default(\"" + annotation.value() + "\") of parameter \"" + name + "\" of "
                            + method.getDeclaringClass().getName() + "." + method.getName()
                            + " is no JSON literal for " + type.getTypeName() + ": write one, as 3 or \"\\\"EUR\\\"\"",
                    e);
        }
    }
}
