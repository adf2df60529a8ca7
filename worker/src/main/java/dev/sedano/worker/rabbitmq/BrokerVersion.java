package dev.sedano.worker.rabbitmq;

import com.rabbitmq.client.Connection;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The version of a broker, and how that version counts returns towards the delivery limit of quorum queues (measured with
 * 3.10.8, 4.0.5 and 4.3.6). A broker that tells no version is 0.0 and taken for the strictest.
 */
record BrokerVersion(int major, int minor) {
    private static final Pattern NUMBERS = Pattern.compile("(\\d{1,4})\\.(\\d{1,4}).*");

    static BrokerVersion of(Connection connection) {
        return parse(String.valueOf(connection.getServerProperties().get("version")));
    }

    static BrokerVersion parse(String text) {
        Matcher numbers = NUMBERS.matcher(text);
        return numbers.matches()
                ? new BrokerVersion(Integer.parseInt(numbers.group(1)), Integer.parseInt(numbers.group(2)))
                : new BrokerVersion(0, 0);
    }

    /** Whether {@code basic.nack} raises {@code x-delivery-count}. Lost channels do in every version. */
    boolean countsNacks() {
        return major < 4 || (major == 4 && minor < 3);
    }

    /** Whether quorum queues that say nothing have a limit of 20, and -1 means none. */
    boolean limitsByDefault() {
        return major >= 4;
    }

    @Override
    public String toString() {
        return major == 0 ? "of unknown version" : major + "." + minor;
    }

    /** Whether messages expire in quorum queues, and are dead-lettered at least once from there. */
    boolean quorumExpires() {
        return major > 3 || (major == 3 && minor >= 10);
    }
}
