package dev.sedano.services;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** One command to a server on 127.0.0.1, for setting up arrangements of servers; answers are given as text. */
final class RedisDialogue {
    private static final int TIMEOUT_MILLIS = 5_000;

    private RedisDialogue() {}

    /** Returns the answer, lists item by item in lines; throws ServiceException for an error or no answer. */
    static String ask(int port, String... command) {
        try (Socket socket = new Socket()) {
            socket.setSoTimeout(TIMEOUT_MILLIS);
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), TIMEOUT_MILLIS);
            StringBuilder request = new StringBuilder("*" + command.length + "\r\n");
            for (String word : command) {
                request.append('$')
                        .append(word.length())
                        .append("\r\n")
                        .append(word)
                        .append("\r\n");
            }
            socket.getOutputStream().write(request.toString().getBytes(StandardCharsets.US_ASCII));
            return read(new BufferedInputStream(socket.getInputStream()));
        } catch (IOException e) {
            throw new ServiceException("the server on port " + port + " does not answer " + command[0], e);
        }
    }

    private static String read(InputStream in) throws IOException {
        String line = line(in);
        String rest = line.substring(1);
        switch (line.charAt(0)) {
            case '-':
                throw new ServiceException("the server refuses: " + rest);
            case '$':
                int length = Integer.parseInt(rest);
                if (length < 0) {
                    return "";
                }
                String text = new String(in.readNBytes(length), StandardCharsets.UTF_8);
                in.skipNBytes(2);
                return text;
            case '*':
                StringBuilder items = new StringBuilder();
                for (int i = Integer.parseInt(rest); i > 0; i--) {
                    items.append(read(in)).append('\n');
                }
                return items.toString();
            default:
                return rest;
        }
    }

    private static String line(InputStream in) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int next = in.read(); next != '\r'; next = in.read()) {
            if (next < 0) {
                throw new IOException("the connection ended");
            }
            line.write(next);
        }
        in.skipNBytes(1);
        return line.toString(StandardCharsets.UTF_8);
    }
}
