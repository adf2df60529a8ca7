package dev.sedano.services;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Asks a port of 127.0.0.1 whether the server behind it answers its protocol; an open port alone says nothing. */
final class Handshake {
    private static final int TIMEOUT_MILLIS = 1_000;
    private static final byte[] AMQP_0_9_1 = {'A', 'M', 'Q', 'P', 0, 0, 9, 1};
    /** Frame type 1 (method) on channel 0: the server's connection.start. A refused version echoes "AMQP" instead. */
    private static final byte[] METHOD_FRAME = {1, 0, 0};

    /** Record type 21: TLS refuses by an alert what is no TLS. */
    private static final byte[] TLS_ALERT = {21};

    private Handshake() {}

    static boolean redisAnswers(int port) {
        return answers(
                port, "PING\r\n".getBytes(StandardCharsets.US_ASCII), "+PONG".getBytes(StandardCharsets.US_ASCII));
    }

    static boolean amqpAnswers(int port) {
        return answers(port, AMQP_0_9_1, METHOD_FRAME);
    }

    /** Whether AMQP over TLS is served there. */
    static boolean tlsAnswers(int port) {
        return answers(port, AMQP_0_9_1, TLS_ALERT);
    }

    private static boolean answers(int port, byte[] question, byte[] expected) {
        try (Socket socket = new Socket()) {
            socket.setSoTimeout(TIMEOUT_MILLIS);
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), TIMEOUT_MILLIS);
            socket.getOutputStream().write(question);
            return Arrays.equals(socket.getInputStream().readNBytes(expected.length), expected);
        } catch (IOException notYet) {
            return false;
        }
    }
}
