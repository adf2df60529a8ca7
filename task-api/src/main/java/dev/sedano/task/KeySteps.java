package dev.sedano.task;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.math.BigDecimal;
import java.time.temporal.TemporalAccessor;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Single steps of a {@link KeyPath}, over types (at registration) and over values (for each call). */
final class KeySteps {
    private static final List<Class<?>> KEY_TYPES = List.of(
            CharSequence.class,
            Number.class,
            Boolean.class,
            Character.class,
            UUID.class,
            Enum.class,
            TemporalAccessor.class);

    private static final int LONGEST_SCALE = 100;

    private KeySteps() {}

    /** The declared type one step on; {@code Object.class} when it cannot be known. */
    static Type typeOf(KeyPath path, Type from, String step) {
        Type type = unwrapOptional(from);
        Class<?> raw = rawClass(type);
        if (raw == Object.class) {
            return Object.class;
        }
        if (Map.class.isAssignableFrom(raw)) {
            return type instanceof ParameterizedType map && map.getActualTypeArguments().length == 2
                    ? map.getActualTypeArguments()[1]
                    : Object.class;
        }
        Method accessor = accessor(raw, step);
        if (accessor == null) {
            throw noSuchStep(path, raw, step);
        }
        return accessor.getGenericReturnType();
    }

    static void checkEnd(KeyPath path, Type end) {
        Class<?> raw = rawClass(unwrapOptional(end));
        boolean possible = raw.isPrimitive()
                || (raw.isInterface() && !Iterable.class.isAssignableFrom(raw) && !Map.class.isAssignableFrom(raw))
                || raw == Object.class
                || isKeyType(raw);
        if (!possible) {
            throw noKey(path, raw);
        }
    }

    static @Nullable Object read(KeyPath path, Object at, String step) {
        Object value = at instanceof Optional<?> optional ? optional.orElse(null) : at;
        if (value == null) {
            return null;
        }
        if (value instanceof Map<?, ?> map) {
            return map.get(step);
        }
        Method accessor = accessor(value.getClass(), step);
        if (accessor == null) {
            throw noSuchStep(path, value.getClass(), step);
        }
        try {
            accessor.setAccessible(true);
            return accessor.invoke(value);
        } catch (IllegalAccessException | InvocationTargetException e) {
            throw new IllegalArgumentException(
                    "key path \"" + path + "\": cannot read \"" + step + "\" of "
                            + value.getClass().getName(),
                    e);
        }
    }

    static @Nullable String text(KeyPath path, @Nullable Object end) {
        Object value = end instanceof Optional<?> optional ? optional.orElse(null) : end;
        if (value == null) {
            return null;
        }
        if (!isKeyType(value.getClass())) {
            throw noKey(path, value.getClass());
        }
        // BigDecimal prints 1E+3 or 1000 by its history; the key must not depend on that. 1E+999999999 stays short.
        String text = value instanceof BigDecimal decimal && Math.abs((long) decimal.scale()) <= LONGEST_SCALE
                ? decimal.toPlainString()
                : value.toString();
        return text.isBlank() ? null : text;
    }

    private static @Nullable Method accessor(Class<?> type, String step) {
        String capital = Character.toUpperCase(step.charAt(0)) + step.substring(1);
        List<String> names = type.isRecord() ? List.of(step) : List.of("get" + capital, "is" + capital);
        return Arrays.stream(type.getMethods())
                .filter(method -> method.getParameterCount() == 0 && names.contains(method.getName()))
                .filter(method -> method.getReturnType() != void.class && !Modifier.isStatic(method.getModifiers()))
                .filter(method -> !method.isBridge())
                .findFirst()
                .orElse(null);
    }

    private static boolean isKeyType(Class<?> type) {
        return KEY_TYPES.stream().anyMatch(candidate -> candidate.isAssignableFrom(type));
    }

    private static Type unwrapOptional(Type type) {
        return type instanceof ParameterizedType generic && generic.getRawType() == Optional.class
                ? generic.getActualTypeArguments()[0]
                : type;
    }

    private static Class<?> rawClass(Type type) {
        if (type instanceof Class<?> known) {
            return known;
        }
        return type instanceof ParameterizedType generic ? (Class<?>) generic.getRawType() : Object.class;
    }

    private static IllegalArgumentException noSuchStep(KeyPath path, Class<?> type, String step) {
        return new IllegalArgumentException("key path \"" + path + "\": " + type.getName() + " has no \"" + step
                + "\": name a record component, a bean property or a map key");
    }

    private static IllegalArgumentException noKey(KeyPath path, Class<?> type) {
        return new IllegalArgumentException("key path \"" + path + "\" ends at " + type.getName()
                + ", which is no key: end it at a text, number, boolean, enum, UUID or time");
    }
}
