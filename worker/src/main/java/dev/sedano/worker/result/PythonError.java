package dev.sedano.worker.result;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * An exception as Python rebuilds it: {@code module.type(*args)}.
 *
 * @param type the class name
 * @param args the constructor's arguments, as plain values
 * @param module the module or package
 */
record PythonError(String type, List<? extends @Nullable Object> args, String module) {
    /** The three fields in the order of celery/backends/base.py. */
    Map<String, Object> fields() {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("exc_type", type);
        fields.put("exc_message", args);
        fields.put("exc_module", module);
        return fields;
    }

    /** The last line of a traceback. */
    String line() {
        String name = module.equals("builtins") ? type : module + '.' + type;
        return args.isEmpty()
                ? name
                : name + ": " + args.stream().map(String::valueOf).collect(Collectors.joining(", "));
    }
}
