package dev.sedano.worker.runtime;

import dev.sedano.worker.ConfigurationException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Names of workers, formatted as Celery does (celery/utils/nodenames.py). */
public final class NodeName {
    /** What a worker is called that was not given a name. */
    public static final String DEFAULT = "sedano@%h";

    private static final Pattern SIGN = Pattern.compile("%.?");

    private NodeName() {}

    /**
     * Fills in {@code %h} (host name), {@code %n} (its first label), {@code %d} (its domain) and {@code %%}. A name
     * without {@code @} is the host's part, as in Celery.
     *
     * @throws ConfigurationException for any other {@code %}
     */
    public static String format(String template, String hostname) {
        String full = template.indexOf('@') < 0 ? "sedano@" + template : template;
        int dot = hostname.indexOf('.');
        return SIGN.matcher(full)
                .replaceAll(sign -> Matcher.quoteReplacement(
                        switch (sign.group()) {
                            case "%h" -> hostname;
                            case "%n" -> dot < 0 ? hostname : hostname.substring(0, dot);
                            case "%d" -> dot < 0 ? "" : hostname.substring(dot + 1);
                            case "%%" -> "%";
                            default ->
                                throw new ConfigurationException(
                                        "-n",
                                        template,
                                        "has an unknown % sign: use %h, %n, %d, or %% for a percent sign");
                        }));
    }

    /** This machine's name as {@code gethostname} tells it; no name service is asked where the kernel can tell. */
    public static String hostname() {
        try {
            String kernel =
                    Files.readString(Path.of("/proc/sys/kernel/hostname")).strip();
            if (!kernel.isEmpty()) {
                return kernel;
            }
        } catch (IOException e) {
            // Not Linux: the platform's own answer follows.
        }
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return "localhost";
        }
    }
}
