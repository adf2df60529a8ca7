package dev.sedano.worker.idempotency.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The operators' scripts on a real server; and broken ones, which the same trial must tell from whole ones. */
class AdminScriptsIT {
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
    void wholeScripts_keepEveryPromise() {
        try (AdminTrial trial = new AdminTrial(redis, AdminScript::text)) {
            trial.everything();
        }
    }

    @ParameterizedTest(name = "{0}: {1} -> {2}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "RELEASE | local owner = not force and live(r) | local owner = nil",
                "RELEASE | local owner = not force and live(r) | local owner = live(r)",
                "RELEASE | if left <= 0 then left = (grace | if false then left = (grace",
                "RELEASE | if grace then touch() end | local x = 0",
                "RELEASE | and not string.find(ARGV[5], st, 1, true) | and false",
                "RELEASE | if st == 'H' and not forget then | if false then",
                "RELEASE | if r[6] and not force then | if false then",
                "RELEASE | tk = math.max(tk + 1, now * 1000) | tk = num(call('HGET', KEYS[1], 'tok'))",
                "RELEASE | call('HINCRBY', KEYS[2], 'rv', 1) | local x = 0",
                "RELEASE | 'again', 1, | 'ever', 1,",
                "RELEASE | 'starts', -1 | 'x', 1",
                "RELEASE | 'exp', 0, | 'exp', now + 60000,",
                "RELEASE | 'id0', ARGV[11], 'fp0', ARGV[10] | 'x', 1",
                "RELEASE | 'att', ARGV[9], 'fp', ARGV[10] | 'att', 0, 'fp', ARGV[10]",
                "RELEASE | call('HDEL', KEYS[1], 'out', 'cat' | call('HDEL', KEYS[1], 'x', 'y'",
                "RELEASE | if name ~= 'nb' then | if true then",
                "RELEASE | if name ~= 'nb' then | if name == 'st' then",
                "RELEASE | call('HINCRBY', KEYS[1], 'ns', -1) | local x = 0",
                "RELEASE | f[#f + 1] = ARGV[i + 1] | f[#f + 1] = 'B:7'",
                "RELEASE | call('PEXPIRE', KEYS[1], ARGV[8]) | local x = 0",
                "RELEASE | audit(st) | local x = 0",
                "RELEASE | while #lines > 29 do | while false do",
                "RELEASE | if r[1] and r[3] and not | if false and not",
                "COMPLETE | local owner = not force and live(r) | local owner = nil",
                "COMPLETE | tk = math.max(tk + 1, now * 1000) | tk = num(call('HGET', KEYS[1], 'tok'))",
                "COMPLETE | if not st and ARGV[10] ~= '1' then | if false then",
                "COMPLETE | or '-1' | or '0'",
                "COMPLETE | and not string.find(ARGV[5], st, 1, true) | and false",
                "COMPLETE | head == '{\"status\": \"SUCCESS\"' | head == 'x'",
                "COMPLETE | if st == 'C' then call | if false then call",
                "COMPLETE | if r[5] then settle( | if false then settle(",
                "COMPLETE | num(call('HGET', KEYS[1], 'ct' .. att)) | 0",
                "COMPLETE | call('PEXPIRE', KEYS[1], ARGV[7]) | local x = 0",
                "COMPLETE | 'PX', ARGV[12]) | 'PX', 99999999)",
                "COMPLETE | if ARGV[9] ~= '' then | if false then",
                "COMPLETE | audit(st) | local x = 0",
                "NOTE | touch()\\nif r[1] | if r[1]",
                "NOTE | call('LTRIM', KEYS[4], 0, 9999) | local x = 0",
                "NOTE | if r[1] then call | if false then call",
                "TRUST | 'unsafe', 0, 'loss', 0) | 'unsafe', 0)",
                "TRUST | 'unsafe', 0, 'loss', 0) | 'loss', 0)",
                "TRUST | if not epoch then | if false then",
                "TRUST | audit(string | local x = (string",
            })
    void brokenScript_isNoticed(AdminScript broken, String guard, String hole) {
        String cut = guard.replace("\\n", "\n");
        String with = hole.replace("\\n", "\n");
        assertThat(broken.text()).contains(cut);

        assertThatThrownBy(() -> {
                    try (AdminTrial trial = new AdminTrial(
                            redis, script -> script == broken ? script.text().replace(cut, with) : script.text())) {
                        trial.everything();
                    }
                })
                .isInstanceOf(AssertionError.class);
    }
}
