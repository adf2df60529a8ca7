package dev.sedano.worker.idempotency.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sedano.worker.idempotency.StoreSchedule;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Random histories on a real server; and the same with broken scripts, which the histories must tell from whole ones. */
class RedisScheduleIT {
    private static final int HISTORIES = Boolean.getBoolean("sedano.full") ? 200_000 : 20_000;
    private static PrivateRedis redis;

    @BeforeAll
    static void startServer() {
        redis = new PrivateRedis();
    }

    @AfterAll
    static void stopServer() {
        redis.close();
    }

    @Test
    void randomHistories_keepEveryPromise() {
        try (RedisBench bench = new RedisBench(redis, ScriptLibrary.bundled())) {
            int first = Integer.getInteger(
                    "sedano.seed", ThreadLocalRandom.current().nextInt(1_000_000_000));
            System.out.printf("%d histories from -Dsedano.seed=%d%n", HISTORIES, first);
            play(bench, first, HISTORIES);
        }
    }

    @Test
    void randomHistories_keepEveryPromise_alsoInTheFormForOldServers() {
        try (RedisBench bench = new RedisBench(redis, ScriptLibrary.edited((script, text) -> text, false))) {
            play(bench, 1, 300);
        }
    }

    @ParameterizedTest(name = "{0}: {1} -> {2}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "COMPLETE | and r[2] == ARGV[1] and r[3] == ARGV[2]) then | ) then",
                "COMPLETE | if st == 'C' and r[2] == ARGV[1] then | if st == 'C' then",
                "COMPLETE | call('PEXPIRE', KEYS[1], ARGV[3]) | local x = 0",
                "COMPLETE | head == '{\"status\": \"SUCCESS\"' | head == 'x'",
                "COMPLETE | r[4] and settle( | false and settle(",
                "COMPLETE | local delay = math.max(0, won - tonumber(at)) | local delay = math.max(0, tonumber(at) - won)",
                "CLAIM | if r[2] == ARGV[2] and att == current then | if false then",
                "CLAIM | if left > 0 then | if false then",
                "CLAIM | if att == current and r[5] ~= ARGV[4] then | if false then",
                "CLAIM | if att < current then return | if false then return",
                "CLAIM | ran = 1 | ran = 0",
                "CLAIM | if st == 'C' then | if st == 'X' then",
                "CLAIM | 'exp', now + ARGV[6], 'ct' .. ARGV[3], now) | 'exp', now + ARGV[6])",
                "CLAIM | tk = math.max(tk + 1, now * 1000) | tk = 7",
                "RENEW | or r[2] ~= ARGV[1] then | then",
                "RENEW | call('HSET', KEYS[1], 'exp', now + ARGV[2]) | local z = 0",
                "RELEASE | or r[2] ~= ARGV[1] then | then",
                "RELEASE | elseif r[3] ~= '0' then | elseif false then",
                "RELEASE | elseif r[3] == '0' and r[4] ~= '0' then | elseif false then",
                "REPORT_BLOCKED | call('HINCRBY', KEYS[1], 'nb', 1) | local q = 0",
                "REPORT_BLOCKED | by == 'r' and 1 or 0 | 1",
                "REPORT_BLOCKED | by == 'r' and 1 or 0 | 0",
                "COMPLETE | by == ARGV[1] and 1 or 0 | 0",
                "CLAIM | differs = r[11] ~= ARGV[4] else | differs = false else",
            })
    void brokenScript_isNoticed(RedisScript broken, String guard, String hole) {
        ScriptLibrary scripts = ScriptLibrary.edited(
                (script, text) -> {
                    if (script != broken) {
                        return text;
                    }
                    assertThat(text).contains(guard);
                    return text.replace(guard, hole);
                },
                true);
        try (RedisBench bench = new RedisBench(redis, scripts)) {
            assertThatThrownBy(() -> play(bench, 1, 2_000)).hasCauseInstanceOf(AssertionError.class);
        }
    }

    private static void play(RedisBench bench, int first, int histories) {
        for (int seed = first; seed < first + histories; seed++) {
            StoreSchedule.play(bench, seed, "k" + seed);
        }
    }
}
