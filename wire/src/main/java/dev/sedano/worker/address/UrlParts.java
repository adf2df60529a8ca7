package dev.sedano.worker.address;

import dev.sedano.worker.ConfigurationException;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A URL taken apart as kombu does (kombu/utils/url.py): lenient about characters in passwords, percent-decoded without
 * turning {@code +} into a blank. Java's URI refuses passwords that Celery takes.
 *
 * @param scheme lower case
 * @param host without brackets; null = none given
 * @param port 0 = none given
 * @param path decoded, without the first slash; empty = none given
 */
public record UrlParts(
        String scheme,
        @Nullable String host,
        int port,
        @Nullable String user,
        @Nullable String password,
        String path,
        Map<String, String> query) {

    static UrlParts parse(String option, String url) {
        int colon = url.indexOf("://");
        if (colon < 1) {
            throw new ConfigurationException(
                    option, redact(url), "is no URL: write scheme://user:password@host:port/path");
        }
        String rest = url.substring(colon + 3);
        int question = rest.indexOf('?');
        Map<String, String> query = question < 0 ? Map.of() : query(rest.substring(question + 1));
        rest = question < 0 ? rest : rest.substring(0, question);
        int slash = rest.indexOf('/');
        String path = slash < 0 ? "" : decode(rest.substring(slash + 1));
        String authority = slash < 0 ? rest : rest.substring(0, slash);
        int at = authority.lastIndexOf('@');
        @Nullable String user = null;
        @Nullable String password = null;
        if (at >= 0) {
            String[] login = authority.substring(0, at).split(":", 2);
            user = blankToNull(decode(login[0]));
            password = login.length == 2 ? blankToNull(decode(login[1])) : null;
        }
        String address = authority.substring(at + 1);
        int portAt = address.endsWith("]") ? -1 : address.lastIndexOf(':');
        int port = portAt < 0 ? 0 : port(option, url, address.substring(portAt + 1));
        String host = portAt < 0 ? address : address.substring(0, portAt);
        if (host.startsWith("[") && host.endsWith("]")) {
            host = host.substring(1, host.length() - 1);
        }
        String scheme = url.substring(0, colon).toLowerCase(Locale.ROOT);
        return new UrlParts(scheme, blankToNull(host), port, user, password, path, query);
    }

    /** The URL without user, password and query, for messages. */
    public static String redact(String url) {
        int colon = url.indexOf("://");
        int from = colon < 0 ? 0 : colon + 3;
        int question = url.indexOf('?', from);
        String shown = question < 0 ? url : url.substring(0, question);
        int at = shown.lastIndexOf('@');
        return at < from ? shown : shown.substring(0, from) + "…@" + shown.substring(at + 1);
    }

    /** {@code %41} to {@code A}; a percent sign without two hex digits stays, as in Python's unquote. */
    private static String decode(String text) {
        byte[] in = text.getBytes(StandardCharsets.UTF_8);
        ByteArrayOutputStream out = new ByteArrayOutputStream(in.length);
        int i = 0;
        while (i < in.length) {
            int high = in[i] == '%' && i + 2 < in.length ? Character.digit(in[i + 1], 16) : -1;
            int low = high >= 0 ? Character.digit(in[i + 2], 16) : -1;
            out.write(low >= 0 ? high * 16 + low : in[i]);
            i += low >= 0 ? 3 : 1;
        }
        return out.toString(StandardCharsets.UTF_8);
    }

    private static Map<String, String> query(String text) {
        Map<String, String> query = new LinkedHashMap<>();
        for (String pair : text.split("&", -1)) {
            String[] sides = pair.split("=", 2);
            if (!sides[0].isEmpty()) {
                query.put(decode(sides[0]), sides.length == 2 ? decode(sides[1]) : "");
            }
        }
        return query;
    }

    private static int port(String option, String url, String text) {
        if (text.isEmpty()) {
            return 0;
        }
        if (text.matches("[0-9]{1,5}") && Integer.parseInt(text) <= 65535) {
            return Integer.parseInt(text);
        }
        throw new ConfigurationException(
                option,
                redact(url),
                "has no port between 1 and 65535 after the last colon: correct it; / ? # @ : in a password must be"
                        + " percent-encoded, as %2F for /");
    }

    private static @Nullable String blankToNull(String text) {
        return text.isEmpty() ? null : text;
    }
}
