package dev.sedano.worker.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Random values, from a fixed seed, through our JSON and Python's. */
class JsonPropertyTest {
    private static final long SEED = 20_261_121;
    private static final String ECHO = """
            import json, sys
            for line in sys.stdin:
                print(json.dumps(json.loads(line)))
            """;

    private final CeleryJson json = new CeleryJson();
    private final Random random = new Random(SEED);

    @Test
    void valuesSurviveTheRoundTrip() {
        for (int i = 0; i < 5_000; i++) {
            Object value = value(4, true);
            byte[] text = json.encode(value);
            Object back = json.decode(text);

            assertThat(back).usingRecursiveComparison().isEqualTo(value);
            assertThat(json.encode(back)).isEqualTo(text);
        }
    }

    @Test
    void randomBytes_areAValueOrAProtocolException() {
        byte[] seed = json.encode(List.of("aé", 1, 2.5, Map.of("__type__", "uuid", "__value__", Map.of("hex", "0"))));
        for (int i = 0; i < 20_000; i++) {
            byte[] mutant = seed.clone();
            for (int j = 0; j <= random.nextInt(3); j++) {
                mutant[random.nextInt(mutant.length)] = (byte) random.nextInt(256);
            }
            try {
                json.encode(json.decode(mutant));
            } catch (ProtocolException e) {
                assertThat(e).hasMessageNotContaining("\n");
            }
        }
    }

    /** Python's own json, floats in shortest form included, writes what we write. */
    @Test
    void pythonReadsAndWritesTheSame(@TempDir Path folder) throws IOException, InterruptedException {
        ByteArrayOutputStream lines = new ByteArrayOutputStream();
        for (int i = 0; i < 3_000; i++) {
            lines.write(json.encode(value(4, false)));
            lines.write('\n');
        }
        Path input = Files.write(folder.resolve("in"), lines.toByteArray());
        Path output = folder.resolve("out");
        Process python;
        try {
            python = new ProcessBuilder("python3", "-c", ECHO)
                    .redirectInput(input.toFile())
                    .redirectOutput(output.toFile())
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
        } catch (IOException e) {
            Assumptions.abort("python3 is not installed");
            return;
        }

        assertThat(python.waitFor(60, TimeUnit.SECONDS)).isTrue();

        assertThat(python.exitValue()).isZero();
        List<String> written = Files.readAllLines(output, StandardCharsets.US_ASCII);
        List<String> ours = Files.readAllLines(input, StandardCharsets.US_ASCII);
        assertThat(written).hasSameSizeAs(ours);
        for (int i = 0; i < ours.size(); i++) {
            assertThat(ours.get(i)).isEqualTo(written.get(i));
        }
    }

    private @Nullable Object value(int depth, boolean tagged) {
        return switch (random.nextInt(depth == 0 ? 7 : 9)) {
            case 0 -> null;
            case 1 -> random.nextBoolean();
            case 2 -> random.nextLong() >> random.nextInt(64);
            case 3 -> new BigInteger(64 + random.nextInt(200), random).setBit(64);
            case 4 -> number();
            case 5 -> text();
            case 6 -> tagged ? tagged() : text();
            case 7 -> list(depth, tagged);
            default -> map(depth, tagged);
        };
    }

    private double number() {
        return switch (random.nextInt(4)) {
            case 0 -> Double.longBitsToDouble(random.nextLong());
            case 1 -> random.nextInt(100_000) / 100.0;
            case 2 -> random.nextInt(1000) * Math.pow(10, random.nextInt(40) - 20);
            default -> (double) random.nextLong();
        };
    }

    private String text() {
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(12); i > 0; i--) {
            text.append((char) random.nextInt(random.nextBoolean() ? 128 : 65_536));
        }
        return text.toString();
    }

    /** Without unpaired surrogates, which Jackson refuses in keys. */
    private String key() {
        return new String(text().getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
    }

    private Object tagged() {
        LocalDateTime time =
                LocalDateTime.ofEpochSecond(random.nextInt(), random.nextInt(1_000_000) * 1000, ZoneOffset.UTC);
        return switch (random.nextInt(7)) {
            case 0 -> time;
            case 1 -> OffsetDateTime.of(time, ZoneOffset.ofTotalSeconds((random.nextInt(2000) - 1000) * 60));
            case 2 -> LocalDate.ofEpochDay(random.nextInt(100_000));
            case 3 -> LocalTime.ofNanoOfDay((long) random.nextInt(86_400) * 1_000_000_000L);
            case 4 -> new BigDecimal(new BigInteger(90, random), random.nextInt(60) - 30);
            case 5 -> new UUID(random.nextLong(), random.nextLong());
            default -> {
                byte[] bytes = new byte[random.nextInt(6)];
                random.nextBytes(bytes);
                yield bytes;
            }
        };
    }

    private List<@Nullable Object> list(int depth, boolean tagged) {
        List<@Nullable Object> list = new ArrayList<>();
        for (int i = random.nextInt(5); i > 0; i--) {
            list.add(value(depth - 1, tagged));
        }
        return list;
    }

    private Map<String, @Nullable Object> map(int depth, boolean tagged) {
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        for (int i = random.nextInt(5); i > 0; i--) {
            map.put(key(), value(depth - 1, tagged));
        }
        return map;
    }
}
