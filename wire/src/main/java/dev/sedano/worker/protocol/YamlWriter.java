package dev.sedano.worker.protocol;

import java.math.BigInteger;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.util.Base64;
import java.util.Collection;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Writes YAML 1.1 that PyYAML's {@code safe_load} reads as the same value: one line in flow style, every text in double
 * quotes and ASCII. Sets and times are of YAML's own types; for decimals, UUIDs and times of day there is no form, as in
 * Python.
 */
final class YamlWriter extends ValueWriter {
    /** PyYAML takes a longer text as a key only where {@code ?} announces it; quotes and escapes count. */
    private static final int LONGEST_SIMPLE_KEY = 120;

    private final Output out;

    private YamlWriter(int maxBytes, Function<Object, @Nullable Object> toPlain) {
        super("yaml", toPlain);
        this.out = new Output(maxBytes, "yaml");
    }

    static byte[] write(@Nullable Object value, int maxBytes, Function<Object, @Nullable Object> toPlain) {
        YamlWriter writer = new YamlWriter(maxBytes, toPlain);
        writer.value(value, 0);
        return writer.out.bytes();
    }

    @Override
    void nothing() {
        out.ascii("null");
    }

    @Override
    void flag(boolean flag) {
        out.ascii(flag ? "true" : "false");
    }

    @Override
    void integer(long number) {
        out.ascii(Long.toString(number));
    }

    @Override
    void integer(BigInteger number) {
        out.ascii(PythonInteger.text(number));
    }

    /** Without a point, {@code 1e+22} would be text. */
    @Override
    void floating(double number) {
        if (Double.isNaN(number)) {
            out.ascii(".nan");
        } else if (Double.isInfinite(number)) {
            out.ascii(number > 0 ? ".inf" : "-.inf");
        } else {
            String text = PythonFloat.repr(number);
            out.ascii(text.indexOf('.') < 0 ? text.replace("e", ".0e") : text);
        }
    }

    @Override
    void text(String text) {
        out.put('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c >= ' ' && c <= '~' && c != '"' && c != '\\') {
                out.put(c);
            } else if (c == '"' || c == '\\') {
                out.put('\\');
                out.put(c);
            } else if (Character.isHighSurrogate(c)
                    && i + 1 < text.length()
                    && Character.isLowSurrogate(text.charAt(i + 1))) {
                out.ascii(String.format(Locale.ROOT, "\\U%08x", text.codePointAt(i)));
                i++;
            } else {
                out.ascii(String.format(Locale.ROOT, "\\u%04x", (int) c));
            }
        }
        out.put('"');
    }

    @Override
    void bytes(byte[] bytes) {
        out.ascii("!!binary \"" + Base64.getEncoder().encodeToString(bytes) + '"');
    }

    @Override
    void aware(OffsetDateTime time) {
        if (time.getOffset().getTotalSeconds() % 60 != 0) {
            throw new EncodingException("a time whose offset has seconds, which yaml has no form for; use UTC", false);
        }
        out.ascii(IsoTimes.format(time));
    }

    @Override
    void naive(LocalDateTime time) {
        out.ascii(IsoTimes.format(time));
    }

    @Override
    void date(LocalDate date) {
        out.ascii(IsoTimes.format(date));
    }

    @Override
    void list(Collection<?> elements, int depth) {
        out.put('[');
        boolean first = true;
        for (Object element : elements) {
            separate(first);
            first = false;
            value(element, depth + 1);
        }
        out.put(']');
    }

    @Override
    void set(Set<?> elements, int depth) {
        out.ascii("!!set {");
        boolean first = true;
        for (Object element : elements) {
            separate(first);
            first = false;
            key(element, depth + 1);
            out.ascii(": null");
        }
        out.put('}');
    }

    @Override
    void map(Map<?, ?> map, int depth) {
        out.put('{');
        boolean first = true;
        for (Map.Entry<?, ?> entry : map.entrySet()) {
            separate(first);
            first = false;
            key(entry.getKey(), depth + 1);
            out.ascii(": ");
            value(entry.getValue(), depth + 1);
        }
        out.put('}');
    }

    private void separate(boolean first) {
        if (!first) {
            out.ascii(", ");
        }
    }

    private void key(@Nullable Object key, int depth) {
        boolean plain = key == null
                || key instanceof Boolean
                || key instanceof Long
                || key instanceof Integer
                || key instanceof BigInteger
                || key instanceof Double
                || key instanceof OffsetDateTime
                || key instanceof LocalDateTime
                || key instanceof LocalDate;
        Object written = plain ? key : textKey(key);
        boolean longText = written instanceof String text && text.length() > LONGEST_SIMPLE_KEY;
        boolean longNumber = written instanceof BigInteger number && number.bitLength() > 3 * LONGEST_SIMPLE_KEY;
        if (longText || longNumber) {
            out.ascii("? ");
        }
        value(written, depth);
    }
}
