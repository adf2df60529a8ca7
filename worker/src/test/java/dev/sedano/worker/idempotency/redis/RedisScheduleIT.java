package dev.sedano.worker.idempotency.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sedano.services.Violation;
import dev.sedano.worker.idempotency.StoreSchedule;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Random histories on a real server; and the same with broken scripts, which the histories must tell from whole ones. */
class RedisScheduleIT {
    private static final int HISTORIES = "1".equals(System.getenv("SEDANO_TEST_FULL")) ? 200_000 : 6_000;
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
            Violation.ifFails(() -> play(bench, first, HISTORIES));
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
                "COMPLETE | blocks and settle( | false and settle(",
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
                "CLAIM | if other and among(r[15]) then | if false then",
                "CLAIM | and other and not among(r[16]) then | and other then",
                "CLAIM | if r[12] then return publishing() or { 'FOLLOW_UPS' | if false then return publishing() or { 'FOLLOW_UPS'",
                "CLAIM | return publishing() or { 'FOLLOW_UPS' | return { 'FOLLOW_UPS'",
                "CLAIM | starts >= 1 and starts + 1 >= tonumber(ARGV[10]) | false",
                "CLAIM | starts + 1 >= tonumber(ARGV[10]) | starts >= tonumber(ARGV[10])",
                "CLAIM | {}, r[11] == ARGV[4] | {}, true",
                "CLAIM | {}, r[11] == ARGV[4] | {}, false",
                "CLAIM | if not among(ids) then ids = ids .. ARGV[5] .. '\\n' end | local i = 0",
                "CLAIM | (not st or freed or other) | (not st or freed)",
                "CLAIM | r[16] or r[10] .. '\\n'), -4000) | r[10] .. '\\n'), -4000)",
                "CLAIM | (r[15] or '') .. | '' ..",
                "CLAIM | call('HDEL', KEYS[1], 'fu', 'fat') | local u = 0",
                "CLAIM | if att ~= num(r[4]) then call('HDEL', KEYS[1], 'starts', 'stok') end | local s = 0",
                "CLAIM | if att == num(r[8]) and r[9] and r[9] ~= '' and | if false and",
                "CLAIM | if other then return { 'BUSY', r[3], ARGV[6] } end | local o = 0",
                "CLAIM | return publishing() or { 'STALE_ATTEMPT', r[3], r[8] | return { 'STALE_ATTEMPT', r[3], r[8]",
                "CLAIM | local busy = publishing() | local busy = nil",
                "CLAIM | if park and call('HGET', KEYS[1], 'again') ~= '1' then | if false then",
                "CLAIM | if ran ~= 0 then note( | if false then note(",
                "CLAIM | call('HSET', KEYS[1], 'ev', lines) | local l = 0",
                "COMPLETE | set('fu', ARGV[11]); set('fat', now) | local f2 = 0",
                "COMPLETE | set('free', 1) | local f3 = 0",
                "COMPLETE | if kept ~= '' then set('res', kept) end | local k = 0",
                "HANDOFF | if r[7] == ARGV[1] then | if false then",
                "HANDOFF | and r[2] == ARGV[1] and r[3] == ARGV[2]) then | ) then",
                "HANDOFF | 'fu', ARGV[11], 'fat', now, | 'fat', now,",
                "HANDOFF | call('HDEL', KEYS[1], 'starts', 'stok') | local h = 0",
                "HANDOFF | 'natt', ARGV[4] | 'natt', ARGV[2]",
                "HANDOFF | 'nfp', ARGV[5] | 'nfp', ''",
                "HANDOFF | write(written, ARGV[9], ARGV[10]) | local w = 0",
                "HANDOFF | blocks and settle( | false and settle(",
                "HANDOFF | note('handoff', ARGV[4], ARGV[1], 'from:' .. ARGV[2]) | local t = 0",
                "SETTLE | r[1] ~= ARGV[1] or not r[2] | not r[2]",
                "SETTLE | call('HDEL', KEYS[1], 'fu', 'fat') | local f = 0",
                "START | if r[3] ~= ARGV[1] then | if true then",
                "START | or r[2] ~= ARGV[1] or r[4] | or r[4]",
                "START | call('HINCRBY', KEYS[1], 'starts', 1) | local s = 0",
                "PARK | or r[2] ~= ARGV[1] then | then",
                "PARK | call('HSET', KEYS[1], 'st', 'P') | local p = 0",
                "STEP | or r[2] ~= ARGV[1] then | then",
                "STEP | if done then return | if false then return",
                "STEP | if begun and begun ~= ARGV[1] then | if false then",
                "STEP | elseif begun == ARGV[1] then | elseif begun then",
                "STEP | 'D:' .. ARGV[4] | 'D:'",
                "STEP | field, 'B:' .. ARGV[1], 'ls', | 'ls',",
                "STEP | call('HDEL', KEYS[1], field) | local d = 0",
                "RELEASE | elseif r[7] then | elseif false then",
                "RELEASE | if r[3] == '0' and r[4] == r[5] then | if false then",
                "RELEASE | call('HINCRBY', KEYS[1], 'starts', -1) | local s = 0",
                "REPORT_BLOCKED | (st == 'H' and num(r[4]) > att) | false",
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
            assertThatThrownBy(() -> play(bench, 1, 10_000)).hasCauseInstanceOf(AssertionError.class);
        }
    }

    private static void play(RedisBench bench, int first, int histories) {
        for (int seed = first; seed < first + histories; seed++) {
            StoreSchedule.play(bench, seed, "k" + seed);
        }
    }
}
