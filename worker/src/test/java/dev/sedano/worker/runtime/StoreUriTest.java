package dev.sedano.worker.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.sedano.worker.ConfigurationException;
import dev.sedano.worker.address.RedisUri;
import dev.sedano.worker.address.StoreUri;
import dev.sedano.worker.address.TlsParameters;
import dev.sedano.worker.idempotency.Durability;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StoreUriTest {
    private static StoreUri parse(String url) {
        return StoreUri.parse("--idempotency-store", url);
    }

    @Test
    void sentinels_areReadWithServiceDatabaseAndBothLogins() {
        StoreUri uri = parse("sentinel://u:p%40w@h1:1,h2/mymaster/3?sentinel_password=spw");

        assertThat(uri.kind()).isEqualTo(StoreUri.Kind.SENTINEL);
        assertThat(uri.service()).isEqualTo("mymaster");
        assertThat(uri.servers())
                .containsExactly(
                        new RedisUri("h1", 1, 0, null, "spw", null), new RedisUri("h2", 26379, 0, null, "spw", null));
        assertThat(uri.login().database()).isEqualTo(3);
        assertThat(uri.login().user()).isEqualTo("u");
        assertThat(uri.login().password()).isEqualTo("p@w");
        assertThat(uri).hasToString("sentinel://h1:1,h2:26379/mymaster/3");
    }

    @ParameterizedTest
    @CsvSource({
        "sentinel://:pw@h1:1;sentinel://h2:2/0?master_name=m, 0",
        "sentinel://:pw@h1:1;sentinel://:pw@h2:2/7?master_name=m, 7",
        "sentinel://:pw@h1:1;sentinel://h2:2?master_name=m, 0",
    })
    void celerysFormOfSentinels_isReadToo(String url, int database) {
        StoreUri uri = parse(url);

        assertThat(uri.service()).isEqualTo("m");
        assertThat(uri.login().database()).isEqualTo(database);
        assertThat(uri.login().password()).isEqualTo("pw");
        assertThat(uri.servers()).extracting(RedisUri::port).containsExactly(1, 2);
    }

    @Test
    void cluster_isReadWithSeedsAndTls() {
        StoreUri uri = parse("rediss+cluster://u:pw@h1:1,h2:2?ssl_ca_certs=/ca.pem");

        assertThat(uri.kind()).isEqualTo(StoreUri.Kind.CLUSTER);
        assertThat(uri.servers())
                .containsExactly(
                        new RedisUri("h1", 1, 0, "u", "pw", new TlsParameters(true, "/ca.pem", null, null)),
                        new RedisUri("h2", 2, 0, "u", "pw", new TlsParameters(true, "/ca.pem", null, null)));
        assertThat(uri).hasToString("redis+cluster://h1:1,h2:2");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "sentinel://:s3cret@h1:1,h2:2/0",
                "sentinel://:s3cret@h1:1/m/x",
                "sentinel://:s3cret@h1:1/m/0/1",
                "redis+cluster://:s3cret@h1:1/3",
                "redis+cluster://:s3cret@h1:1,h2:port",
                "memcached://:s3cret@h1:1"
            })
    void whatIsWrong_isNamedWithoutThePassword(String url) {
        assertThatExceptionOfType(ConfigurationException.class)
                .isThrownBy(() -> parse(url))
                .withMessageContaining("--idempotency-store")
                .withMessageNotContaining("s3cret");
    }

    @Test
    void resultsInACluster_areRefused() {
        assertThatExceptionOfType(ConfigurationException.class)
                .isThrownBy(() -> ResultBackend.parse("--result-backend", "redis+cluster://h1:1"))
                .withMessageContaining("--idempotency-store");
        assertThat(ResultBackend.parse("--result-backend", "sentinel://h1:1/m/0"))
                .isInstanceOf(ResultBackend.Redis.class);
    }

    @Test
    void partitions_are16InAClusterAnd1Elsewhere() {
        WorkerConfigBuilder config = WorkerConfig.builder().resultBackend(new ResultBackend.Disabled());
        assertThat(config.idempotencyStore(parse("redis+cluster://h:1")).build().storePartitions())
                .isEqualTo(16);
        assertThat(config.idempotencyStore(parse("redis://h:1")).build().storePartitions())
                .isEqualTo(1);
        assertThatExceptionOfType(ConfigurationException.class)
                .isThrownBy(() -> config.storePartitions(1025).build())
                .withMessageContaining("--store-partitions");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "none | none",
                "wait:1:100 | wait:1:100",
                "wait(2, 50ms) | wait:2:50",
                "WAITAOF:1:1:200 | waitaof:1:1:200",
                "waitaof(0,1,200) | waitaof:0:1:200",
            })
    void durability_isReadInBothForms(String text, String same) {
        assertThat(Durability.parse(text)).hasToString(same);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "wait", "wait:0:100", "wait:1:0", "wait:1:99999", "waitaof:0:0:10", "wait:101:10", "all"})
    void durabilityThatMakesNoSense_isRefused(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> Durability.parse(text));
    }

    @Test
    void storeMayUseAsManyMillisecondsAsDurabilityWaits() {
        assertThat(Durability.parse("wait:1:250").within()).isEqualTo(Duration.ofMillis(250));
    }
}
