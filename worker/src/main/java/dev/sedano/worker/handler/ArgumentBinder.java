package dev.sedano.worker.handler;

import dev.sedano.task.TaskContext;
import dev.sedano.worker.handler.Signature.Slot;
import java.lang.reflect.Array;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Binds a call's arguments to a method's parameters by Python's rules. Immutable and thread-safe. */
final class ArgumentBinder {
    private final Signature signature;
    private final ArgumentConverter converter;

    ArgumentBinder(Signature signature, ArgumentConverter converter) {
        this.signature = signature;
        this.converter = converter;
    }

    /**
     * The values for the method's parameters, in order.
     *
     * @param context null only if no parameter takes it
     * @throws ArgumentsException if the call does not fit
     */
    @Nullable
    Object[] bind(@Nullable TaskContext context, TaskCallValues call) {
        IdentityHashMap<Slot, Object> given = assign(call);
        @Nullable Object[] values = new Object[signature.slots().size()];
        for (int i = 0; i < values.length; i++) {
            Slot slot = signature.slots().get(i);
            values[i] = switch (slot.kind()) {
                case CONTEXT -> context;
                case ARGUMENT -> argument(slot, given);
                case REST -> rest(slot, call);
            };
        }
        return values;
    }

    /**
     * Whether the method takes more than one positional argument when the given ones are set, and no context: then it is
     * an errback that takes the failure (celery/backends/base.py, {@code _call_task_errbacks}).
     */
    boolean takesFailure(int args, Set<String> kwargs) {
        long left = signature.named().stream()
                .filter(slot -> !kwargs.contains(slot.name()))
                .count();
        return (left - args > 1 || signature.rest() != null)
                && signature.slots().stream().noneMatch(slot -> slot.kind() == Signature.Kind.CONTEXT);
    }

    /**
     * The value that the parameter {@code name} would get.
     *
     * @throws ArgumentsException if the call does not fit
     */
    @Nullable
    Object bindOne(String name, TaskCallValues call) {
        IdentityHashMap<Slot, Object> given = assign(call);
        return signature.named().stream()
                .filter(slot -> slot.name().equals(name))
                .findFirst()
                .map(slot -> argument(slot, given))
                .orElse(null);
    }

    /** The same checks in the same order as CPython's function call: keywords, then too many, then missing. */
    private IdentityHashMap<Slot, Object> assign(TaskCallValues call) {
        List<Slot> named = signature.named();
        // By identity: the hash of a slot is that of all its fields.
        IdentityHashMap<Slot, @Nullable Object> given = new IdentityHashMap<>(named.size());
        int positional = Math.min(call.args().size(), named.size());
        for (int i = 0; i < positional; i++) {
            given.put(named.get(i), call.args().get(i));
        }
        for (Map.Entry<String, @Nullable Object> entry : call.kwargs().entrySet()) {
            Slot slot = find(entry.getKey());
            if (given.containsKey(slot)) {
                throw new ArgumentsException(
                        signature.function() + "() got multiple values for argument '" + slot.name() + "'");
            }
            given.put(slot, entry.getValue());
        }
        if (call.args().size() > named.size() && signature.rest() == null) {
            throw tooMany(call.args().size());
        }
        List<String> missing = new ArrayList<>();
        for (Slot slot : named) {
            if (slot.required() && !given.containsKey(slot)) {
                missing.add("'" + slot.name() + "'");
            }
        }
        if (!missing.isEmpty()) {
            throw new ArgumentsException(signature.function() + "() missing " + missing.size()
                    + " required positional argument" + (missing.size() == 1 ? "" : "s") + ": " + enumerate(missing));
        }
        return given;
    }

    private Slot find(String name) {
        for (Slot slot : signature.named()) {
            if (slot.name().equals(name)) {
                return slot;
            }
        }
        throw new ArgumentsException(signature.function() + "() got an unexpected keyword argument '" + name + "'");
    }

    private @Nullable Object argument(Slot slot, IdentityHashMap<Slot, Object> given) {
        if (!given.containsKey(slot)) {
            if (slot.optional()) {
                return Optional.empty();
            }
            return slot.literal() == null ? null : convert(slot, slot.literal());
        }
        Object value = given.get(slot);
        if (slot.optional()) {
            return value == null ? Optional.empty() : Optional.ofNullable(convert(slot, value));
        }
        if (value == null && !(slot.type() instanceof Class<?> type && type.isPrimitive())) {
            return null;
        }
        if (value == null) {
            throw new ArgumentsException(signature.function() + "() argument '" + slot.name() + "' must be "
                    + slot.type().getTypeName() + ", not None");
        }
        return convert(slot, value);
    }

    private Object rest(Slot slot, TaskCallValues call) {
        int from = Math.min(call.args().size(), signature.named().size());
        List<@Nullable Object> values = call.args().subList(from, call.args().size());
        Object array = Array.newInstance((Class<?>) slot.type(), values.size());
        for (int i = 0; i < values.size(); i++) {
            Object value = values.get(i);
            if (value != null) {
                Array.set(array, i, convert(slot, value));
            }
        }
        return array;
    }

    private @Nullable Object convert(Slot slot, Object value) {
        // What fits already stays what it is: a Number parameter keeps the integer that was sent.
        if (slot.type() instanceof Class<?> type && type.isInstance(value)) {
            return value;
        }
        try {
            return converter.convert(value, slot.type());
        } catch (RuntimeException e) {
            throw ArgumentsException.conversion(
                    signature.function(), "'" + slot.name() + "'", slot.type().getTypeName(), e);
        }
    }

    private ArgumentsException tooMany(int given) {
        int most = signature.named().size();
        long least = signature.requiredCount();
        String takes = least == most ? String.valueOf(most) : "from " + least + " to " + most;
        return new ArgumentsException(signature.function() + "() takes " + takes + " positional argument"
                + (most == 1 && least == 1 ? "" : "s") + " but " + given + (given == 1 ? " was" : " were") + " given");
    }

    private static String enumerate(List<String> names) {
        if (names.size() < 3) {
            return String.join(" and ", names);
        }
        return String.join(", ", names.subList(0, names.size() - 1)) + ", and " + names.get(names.size() - 1);
    }
}
