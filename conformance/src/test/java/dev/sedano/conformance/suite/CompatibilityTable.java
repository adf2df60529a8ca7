package dev.sedano.conformance.suite;

import dev.sedano.conformance.suite.SuiteResult.Outcome;
import dev.sedano.conformance.suite.SuiteResult.Verdict;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * The document that tells what of Celery's suite passes.
 *
 * @param result of all complete runs
 * @param runs how many, one after the other
 * @param required the ids of all tests that count
 * @param versions of what took part
 */
record CompatibilityTable(SuiteResult result, int runs, List<String> required, String versions) {
    private static final String FOLDER = "t/integration/";

    /** Markdown. */
    String text() {
        StringBuilder text = new StringBuilder("""
                # Compatibility with Celery

                Written by `./sedano conformance`: Celery's own integration suite, unchanged, with a Sedano worker in place of
                Celery's. %s. Runs in a row: %d; passed is what passed in each.

                | Suite file | Required | Passed | Failed | Skipped |
                |---|---:|---:|---:|---:|
                """.formatted(versions, runs));
        Map<String, List<String>> files = required.stream()
                .collect(Collectors.groupingBy(CompatibilityTable::file, TreeMap::new, Collectors.toList()));
        files.forEach((file, tests) -> row(text, "`" + file + "`", tests));
        row(text, "all", required);
        text.append("""

                Required is each test that shows something of the worker and passes with a Celery worker in a process of its
                own. Left out are tests that no task or command of a worker takes part in, and those that Celery itself skips
                or expects to fail.
                """);
        observing(text);
        text.append("""

                ## Known deviations

                """);
        Map<String, String> deviations = deviations();
        result.failures()
                .forEach((test, why) -> deviation(
                        text,
                        test,
                        Objects.requireNonNullElse(
                                deviations.get(test),
                                "fails: " + why.lines().findFirst().orElse("no reason told"))));
        deviations.forEach((test, why) -> {
            if (!required.contains(test)) {
                deviation(text, test, why);
            }
        });
        return text.toString();
    }

    private void observing(StringBuilder text) {
        List<String> tests = CelerySuite.list("same_id_again.txt");
        text.append("""

                ## Tests that want a finished call to run again

                %d of these tests call again under the id of a finished call and expect that it runs once more. **With Sedano's default
                they do not pass**: it answers such a call as a duplicate, which is what it is for. They are run with tasks that only
                `observe` their claims ([guarantees](guarantees.md#open-and-observe)): these run duplicates, too, and count them. The
                other %d are run with the default.

                """.formatted(tests.size(), required.size() - tests.size()));
        tests.forEach(test ->
                text.append("- `").append(test.substring(FOLDER.length())).append("`\n"));
    }

    private static void deviation(StringBuilder text, String test, String why) {
        text.append("- `")
                .append(test.substring(FOLDER.length()))
                .append("`: ")
                .append(why)
                .append('\n');
    }

    private void row(StringBuilder text, String name, List<String> tests) {
        text.append("| ").append(name).append(" | ").append(tests.size());
        for (Verdict verdict : Verdict.values()) {
            text.append(" | ").append(count(tests, verdict));
        }
        text.append(" |\n");
    }

    private long count(List<String> tests, Verdict verdict) {
        return tests.stream()
                .filter(test -> {
                    Outcome outcome = result.tests().get(test);
                    return outcome != null && outcome.verdict() == verdict;
                })
                .count();
    }

    private static String file(String test) {
        return test.substring(FOLDER.length(), test.indexOf("::"));
    }

    /** Why tests fail or do not count, by id. */
    static Map<String, String> deviations() {
        Map<String, String> reasons = new TreeMap<>();
        for (String line : CelerySuite.list("deviations.txt")) {
            String[] parts = line.split(" \\| ", 2);
            reasons.put(parts[0], parts[1]);
        }
        return reasons;
    }
}
