package dev.sedano.services;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PrivateRedisTest {
    @TempDir
    Path folder;

    @Test
    void killedServer_keepsItsData_whenAppendOnly() throws IOException {
        try (PrivateRedis redis = PrivateRedis.start()) {
            ask(redis, "SET key value");

            redis.kill();
            assertThat(Handshake.redisAnswers(redis.port())).isFalse();

            redis.restart();
            assertThat(ask(redis, "EXISTS key")).isEqualTo(":1");
        }
    }

    @Test
    void killedServer_losesItsData_withoutAppendOnly() throws IOException {
        try (PrivateRedis redis = PrivateRedis.builder().appendOnly(false).start()) {
            ask(redis, "SET key value");

            redis.kill();
            redis.restart();

            assertThat(ask(redis, "EXISTS key")).isEqualTo(":0");
        }
    }

    @Test
    void frozenServer_acceptsConnections_andAnswersNothing_untilThawed() throws IOException {
        try (PrivateRedis redis = PrivateRedis.start()) {
            redis.freeze();
            assertThatThrownBy(() -> ask(redis, "PING")).isInstanceOf(SocketTimeoutException.class);

            redis.thaw();
            assertThat(ask(redis, "PING")).isEqualTo("+PONG");
        }
    }

    @Test
    void stoppedServer_startsAgain_atTheSameAddress() throws IOException {
        try (PrivateRedis redis = PrivateRedis.builder().folder(folder).start()) {
            String url = redis.url(3);
            ask(redis, "SET key value");

            redis.stop();
            assertThat(redis.isRunning()).isFalse();
            redis.restart();

            assertThat(redis.url(3)).isEqualTo(url).endsWith(redis.port() + "/3");
            assertThat(ask(redis, "EXISTS key")).isEqualTo(":1");
        }
        assertThat(folder.resolve("redis.conf")).exists();
    }

    @Test
    void wrongSetting_failsWithTheServersOwnWords() {
        assertThatThrownBy(() ->
                        PrivateRedis.builder().setting("no-such-directive 1").start())
                .isInstanceOf(ServiceException.class)
                .hasMessageContaining("no-such-directive");
    }

    private static String ask(PrivateRedis redis, String command) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), redis.port())) {
            socket.setSoTimeout(500);
            socket.getOutputStream().write((command + "\r\n").getBytes(StandardCharsets.US_ASCII));
            return new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII))
                    .readLine();
        }
    }
}
