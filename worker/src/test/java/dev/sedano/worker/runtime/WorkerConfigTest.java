package dev.sedano.worker.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.sedano.worker.ConfigurationException;
import dev.sedano.worker.address.BrokerServers;
import dev.sedano.worker.address.BrokerUri;
import dev.sedano.worker.address.RedisUri;
import dev.sedano.worker.address.StoreUri;
import dev.sedano.worker.address.TlsParameters;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class WorkerConfigTest {
    /** The right column is what kombu's parse_url gives. */
    @ParameterizedTest
    @CsvSource({
        "amqp://, amqp://localhost:5672//",
        "amqp://h, amqp://h:5672//",
        "amqp://h/, amqp://h:5672//",
        "amqp://h//, amqp://h:5672//",
        "amqp://h/v, amqp://h:5672/v",
        "amqp://h//v, amqp://h:5672//v",
        "amqp://h/%2F, amqp://h:5672//",
        "amqp://h/a%2Fb, amqp://h:5672/a/b",
        "pyamqp://u@h:1/v, amqp://h:1/v",
        "amqps://h/v, amqps://h:5671/v",
        "amqp://u:p@[::1]:9/v, amqp://::1:9/v",
        "AMQP://H/V, amqp://H:5672/V"
    })
    void brokerUrls_readAsKombuReadsThem(String url, String expected) {
        assertThat(BrokerUri.parseAll("--broker", url)).singleElement().hasToString(expected);
    }

    @Test
    void credentials_arePercentDecoded_andPlusStays() {
        BrokerUri uri = BrokerUri.parseAll("--broker", "amqp://us%40er:p%2Fa+s%s@h/v?heartbeat=10")
                .get(0);

        assertThat(uri.user()).isEqualTo("us@er");
        assertThat(uri.password()).isEqualTo("p/a+s%s");
        assertThat(uri.parameters()).isEqualTo(Map.of("heartbeat", "10"));
        assertThat(BrokerUri.parseAll("--broker", "amqp://h").get(0).user()).isEqualTo("guest");
    }

    @Test
    void redisUrls_readAsCeleryReadsThem() {
        RedisUri plain = RedisUri.parse("--result-backend", "redis://:pw@h:1/5");
        RedisUri tls = RedisUri.parse("--result-backend", "rediss://u:pw@h?ssl_cert_reqs=CERT_NONE&ssl_ca_certs=/ca");

        assertThat(plain).isEqualTo(new RedisUri("h", 1, 5, null, "pw", null));
        assertThat(tls).isEqualTo(new RedisUri("h", 6379, 0, "u", "pw", new TlsParameters(false, "/ca", null, null)));
        RedisUri strict = RedisUri.parse("--result-backend", "rediss://h");
        assertThat(Objects.requireNonNull(strict.tls()).verify()).isTrue();
        assertThatExceptionOfType(ConfigurationException.class)
                .isThrownBy(() -> RedisUri.parse("--result-backend", "rediss://h?ssl_cert_reqs=maybe"))
                .withMessageContaining("use required, optional or none");
    }

    @Test
    void settingsOfTls_areForUrlsWithTls_andTheirFilesAreReadAtOnce() {
        assertThatExceptionOfType(ConfigurationException.class)
                .isThrownBy(() -> BrokerUri.parseAll("--broker", "amqp://u:s3cret@h?ssl_ca_certs=/ca.pem"))
                .withMessageContaining("write amqps://")
                .withMessageNotContaining("s3cret");
        List<BrokerUri> brokers = BrokerUri.parseAll("--broker", "amqps://u:s3cret@h?ssl_ca_certs=/none/ca.pem");
        assertThatExceptionOfType(ConfigurationException.class)
                .isThrownBy(() -> BrokerServers.of("--broker", brokers))
                .withMessageContaining("--broker")
                .withMessageContaining("ssl_ca_certs names /none/ca.pem, which cannot be read")
                .withMessageNotContaining("s3cret");
        assertThat(BrokerServers.of("--broker", BrokerUri.parseAll("--broker", "amqps://h?ssl_cert_reqs=none")))
                .singleElement()
                .satisfies(each ->
                        assertThat(Objects.requireNonNull(each.tls()).verify()).isFalse());
        assertThat(BrokerServers.of("--broker", BrokerUri.parseAll("--broker", "amqp://h?heartbeat=1")))
                .singleElement()
                .satisfies(each -> assertThat(each.tls()).isNull());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ";", "localhost", "amqp://h:99999", "amqp://h:x", "http://h"})
    void wrongBrokerUrls_areRefused(String url) {
        assertThatExceptionOfType(ConfigurationException.class)
                .isThrownBy(() -> BrokerUri.parseAll("--broker", url))
                .withMessageStartingWith("--broker");
    }

    @ParameterizedTest
    @CsvSource({
        "%h, box.example.org",
        "w1@%h, w1@box.example.org",
        "w1@%n, w1@box",
        "w1@%d, w1@example.org",
        "%n@%h, box@box.example.org",
        "a%%b@c, a%b@c",
        "plain, sedano@plain"
    })
    void nodeNames_formatAsInCelery(String template, String expected) {
        String name = NodeName.format(template, "box.example.org");

        assertThat(name).isEqualTo(expected.contains("@") ? expected : "sedano@" + expected);
    }

    @ParameterizedTest
    @CsvSource({
        "500ms,PT0.5S",
        "30s,PT30S",
        "30,PT30S",
        "5m,PT5M",
        "2h,PT2H",
        "7d,PT168H",
        "PT1M30S,PT1M30S",
        "P7D,PT168H"
    })
    void times(String text, Duration expected) {
        assertThat(DurationText.parse("--lease", DurationText.format(expected))).isEqualTo(expected);
        assertThat(DurationText.parse("--lease", text)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({":0,127.0.0.1,0", "0.0.0.0:80,0.0.0.0,80", "[::1]:9464,::1,9464"})
    void httpAddresses(String text, String host, int port) {
        assertThat(HttpAddress.parse("--http", text)).isEqualTo(new HttpAddress(host, port));
    }

    @ParameterizedTest
    @ValueSource(strings = {"9464", "h:", "h:70000", "::1:80"})
    void wrongHttpAddresses_areRefused(String text) {
        assertThatExceptionOfType(ConfigurationException.class).isThrownBy(() -> HttpAddress.parse("--http", text));
    }

    @Test
    void stateDir_hasADefaultAndASafeName() {
        Path home = Path.of(System.getProperty("user.home"), ".local", "state", "sedano");

        assertThat(StateDir.of(Map.of(), "a@b")).isEqualTo(home.resolve("a@b"));
        assertThat(StateDir.of(Map.of("XDG_STATE_HOME", "relative"), "a:b@c")).isEqualTo(home.resolve("a_b@c"));
    }

    @Test
    void store_defaultsToTheResultBackend() {
        RedisUri redis = RedisUri.parse("--result-backend", "redis://h/1");
        WorkerConfig config = WorkerConfig.builder()
                .resultBackend(new ResultBackend.Redis(redis))
                .build();

        assertThat(config.idempotencyStore()).isEqualTo(StoreUri.of(redis));
        assertThat(config.node()).isEqualTo("sedano@" + NodeName.hostname());
    }

    @Test
    void embeddedConfiguration_isCheckedToo() {
        WorkerConfigBuilder config =
                WorkerConfig.builder().resultBackend(ResultBackend.parse("--result-backend", "redis://h"));

        assertThatExceptionOfType(ConfigurationException.class)
                .isThrownBy(() -> config.queues(List.of()).build())
                .withMessageContaining("-Q");
    }
}
