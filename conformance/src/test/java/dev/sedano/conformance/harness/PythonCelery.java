package dev.sedano.conformance.harness;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Assumptions;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A real Celery: one Python process per JVM that runs the scripts of {@code src/test/python}, each a function {@code
 * main(given)} from JSON to JSON. Without a Python that has Celery the calling test is skipped, or fails if {@code
 * SEDANO_TEST_REQUIRE_PYTHON} is 1. Thread-safe.
 */
public final class PythonCelery {
    private static final String PROGRAM = "SEDANO_TEST_PYTHON";
    private static final String REQUIRED = "SEDANO_TEST_REQUIRE_PYTHON";
    private static final Path SCRIPTS = Path.of("src/test/python").toAbsolutePath();
    private static final Path BUILT = Path.of("../.sedano/venv/bin/python").toAbsolutePath();
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private static @Nullable PythonCelery shared;

    private final Writer requests;
    private final BufferedReader answers;

    private PythonCelery(Path python) throws IOException {
        // It ends by itself when its input does, so also when this JVM is killed.
        Process process = new ProcessBuilder(
                        python.toString(), SCRIPTS.resolve("driver.py").toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        requests = process.outputWriter(StandardCharsets.UTF_8);
        answers = process.inputReader(StandardCharsets.UTF_8);
    }

    /** The Celery of this JVM; skips or fails the test if there is none. */
    public static synchronized PythonCelery get() {
        if (shared == null) {
            shared = start();
        }
        return shared;
    }

    /** The Python that has Celery; skips or fails the test if there is none. */
    public static Path program() {
        String given = System.getenv(PROGRAM);
        Path python = given == null ? BUILT : Path.of(given);
        if (!Files.isExecutable(python)) {
            String missing = "no Python with Celery (" + python + "): `./sedano test` makes one, or set " + PROGRAM;
            if ("1".equals(System.getenv(REQUIRED))) {
                Assertions.fail(missing);
            }
            System.out.println("*** SKIPPED: " + missing);
            Assumptions.abort(missing);
        }
        return python;
    }

    private static PythonCelery start() {
        try {
            return new PythonCelery(program());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Runs a script.
     *
     * @param script its name without {@code .py}
     * @return what its {@code main} returned
     * @throws AssertionError with Python's traceback if it raised
     */
    public synchronized JsonNode run(String script, Map<String, ? extends @Nullable Object> given) {
        try {
            requests.write(JSON.writeValueAsString(Map.of("script", script, "given", given)) + "\n");
            requests.flush();
            String line = answers.readLine();
            if (line == null) {
                throw new AssertionError("Python ended during " + script);
            }
            JsonNode answer = JSON.readTree(line);
            if (answer.has("error")) {
                throw new AssertionError(script + ".py: " + answer.get("error").stringValue());
            }
            return answer.get("returned");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
