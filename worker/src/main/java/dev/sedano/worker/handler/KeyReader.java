package dev.sedano.worker.handler;

import dev.sedano.task.KeyExtractor;
import dev.sedano.task.KeyPath;
import dev.sedano.task.TaskDefinition;
import org.jspecify.annotations.Nullable;

/** Reads the idempotency key that a call's arguments hold. Thread-safe. */
@FunctionalInterface
interface KeyReader {
    /** No key in the arguments: the task id is the key. */
    KeyReader NONE = call -> null;

    /** The key; null or blank for none. Anything thrown means that the call's identity is unknown. */
    @Nullable
    String read(TaskCallValues call);

    /**
     * How the task's options say the key is found.
     *
     * @param binder of a method task; null for a handler, whose path starts with a keyword or a position
     */
    static KeyReader of(TaskDefinition task, @Nullable ArgumentBinder binder) {
        KeyExtractor extractor = task.options().keyExtractor();
        if (extractor != null) {
            return extractor::key;
        }
        if (task.options().keyPath() == null) {
            return NONE;
        }
        KeyPath path = KeyPath.parse(task.options().keyPath());
        if (binder == null) {
            return call -> path.textOf(raw(call, path.argument()));
        }
        return call -> {
            Object argument;
            try {
                argument = binder.bindOne(path.argument(), call);
            } catch (ArgumentsException e) {
                // The handler cannot be called either: let the failure not use up the key of a correct call.
                return null;
            }
            return path.textOf(argument);
        };
    }

    private static @Nullable Object raw(TaskCallValues call, String argument) {
        if (call.kwargs().containsKey(argument)) {
            return call.kwargs().get(argument);
        }
        if (!argument.chars().allMatch(Character::isDigit) || argument.length() > 4) {
            return null;
        }
        int position = Integer.parseInt(argument);
        return position < call.args().size() ? call.args().get(position) : null;
    }
}
