package dev.sedano.task;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A failure with the identity that it has in Python: a handler that throws it makes {@code .get()} of a Python caller
 * raise {@code module.type(*args)}, if the caller's program has that class, else one of the same name made by Celery
 * (CONTRACT §5). Immutable as far as its arguments are.
 */
public class PythonException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String type;
    private final String module;
    private final transient List<@Nullable Object> args;

    /**
     * @param module the Python module of the class, {@code builtins} for ValueError and its like
     * @param type the name of the class
     * @param args what the class is called with; values that have no wire form arrive as their text
     * @throws IllegalArgumentException if module or type is blank
     */
    public PythonException(String module, String type, @Nullable Object... args) {
        super(args.length == 0 ? null : String.valueOf(args[0]));
        if (module.isBlank() || type.isBlank()) {
            throw new IllegalArgumentException("module \"" + module + "\" or type \"" + type
                    + "\" is blank: name the Python class, as \"builtins\" and \"ValueError\"");
        }
        this.module = module;
        this.type = type;
        List<@Nullable Object> copy = new ArrayList<>();
        Collections.addAll(copy, args);
        this.args = Collections.unmodifiableList(copy);
    }

    /** The name of the Python class. */
    public String type() {
        return type;
    }

    /** The module of the Python class. */
    public String module() {
        return module;
    }

    /** What the class is called with; elements may be null. Empty after Java deserialisation. */
    public List<@Nullable Object> args() {
        return args == null ? List.of() : args;
    }
}
