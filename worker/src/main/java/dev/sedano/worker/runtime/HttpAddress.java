package dev.sedano.worker.runtime;

import dev.sedano.worker.ConfigurationException;

/**
 * Where health and metrics are served.
 *
 * @param port 0 = any free port
 */
public record HttpAddress(String host, int port) {
    /** Checks the port. */
    public HttpAddress {
        if (port < 0 || port > 65535) {
            throw new ConfigurationException("--http", host + ":" + port, "needs a port between 0 and 65535");
        }
    }

    /**
     * Reads HOST:PORT; an empty host means 127.0.0.1, an IPv6 host stands in brackets.
     *
     * @param option whom errors name
     */
    public static HttpAddress parse(String option, String text) {
        int colon = text.lastIndexOf(':');
        if (colon < 0 || !text.substring(colon + 1).matches("[0-9]{1,5}")) {
            throw new ConfigurationException(
                    option, text, "is no HOST:PORT: write 127.0.0.1:9464, or off to serve nothing");
        }
        String host = text.substring(0, colon);
        if (host.startsWith("[") && host.endsWith("]")) {
            host = host.substring(1, host.length() - 1);
        } else if (host.contains(":")) {
            throw new ConfigurationException(option, text, "has colons in its host: write IPv6 as [::1]:9464");
        }
        return new HttpAddress(host.isEmpty() ? "127.0.0.1" : host, Integer.parseInt(text.substring(colon + 1)));
    }

    @Override
    public String toString() {
        return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
    }
}
