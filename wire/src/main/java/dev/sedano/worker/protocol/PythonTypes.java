package dev.sedano.worker.protocol;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What Python calls the types of plain values, for messages to people who sent them from Python. */
final class PythonTypes {
    private PythonTypes() {}

    static String name(@Nullable Object value) {
        if (value == null) {
            return "None";
        } else if (value instanceof Boolean) {
            return "bool";
        } else if (value instanceof Long || value instanceof Integer || value instanceof BigInteger) {
            return "int";
        } else if (value instanceof Double) {
            return "float";
        } else if (value instanceof String) {
            return "str";
        } else if (value instanceof List) {
            return "list";
        } else if (value instanceof Map) {
            return "dict";
        } else if (value instanceof Set) {
            return "set";
        } else if (value instanceof byte[]) {
            return "bytes";
        } else if (value instanceof BigDecimal || value instanceof PythonDecimal) {
            return "Decimal";
        } else if (value instanceof UUID) {
            return "UUID";
        } else if (value instanceof OffsetDateTime || value instanceof LocalDateTime) {
            return "datetime";
        } else if (value instanceof LocalDate) {
            return "date";
        }
        return value.getClass().getSimpleName();
    }
}
