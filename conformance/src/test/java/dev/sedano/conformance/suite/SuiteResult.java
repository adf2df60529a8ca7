package dev.sedano.conformance.suite;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What came of a run of the suite.
 *
 * @param celery its version
 * @param tests what came of each test, by id, in the order of the run
 * @param missing ids that this version of the suite does not have
 * @param deaths the tests before which the worker was found dead
 */
record SuiteResult(String celery, Map<String, Outcome> tests, List<String> missing, List<String> deaths) {
    /** What came of one test; {@code why} is empty if it passed. */
    record Outcome(Verdict verdict, double seconds, String why) {}

    enum Verdict {
        PASSED,
        FAILED,
        SKIPPED
    }

    /** @param file the {@code results.json} of suite_plugin.py */
    static SuiteResult read(Path file) {
        JsonNode json = JsonMapper.builder().build().readTree(file);
        Map<String, Outcome> tests = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> test : json.get("tests").properties()) {
            JsonNode told = test.getValue();
            tests.put(
                    test.getKey(),
                    new Outcome(
                            Verdict.valueOf(told.get("outcome").stringValue().toUpperCase(Locale.ROOT)),
                            told.get("seconds").doubleValue(),
                            told.get("why").stringValue()));
        }
        return new SuiteResult(
                json.get("celery").stringValue(), tests, texts(json.get("missing")), texts(json.get("deaths")));
    }

    private static List<String> texts(JsonNode list) {
        return list.valueStream().map(JsonNode::stringValue).toList();
    }

    /** Both, of the same Celery. A test of both has passed if it passed in both. */
    SuiteResult plus(SuiteResult more) {
        Map<String, Outcome> all = new LinkedHashMap<>(tests);
        more.tests()
                .forEach((test, outcome) ->
                        all.merge(test, outcome, (one, other) -> one.verdict() == Verdict.PASSED ? other : one));
        return new SuiteResult(celery, all, both(missing, more.missing()), both(deaths, more.deaths()));
    }

    private static List<String> both(List<String> one, List<String> other) {
        return Stream.concat(one.stream(), other.stream()).toList();
    }

    long count(Verdict verdict) {
        return tests.values().stream().filter(test -> test.verdict() == verdict).count();
    }

    /** The tests that failed, each with its reason. */
    Map<String, String> failures() {
        return tests.entrySet().stream()
                .filter(test -> test.getValue().verdict() == Verdict.FAILED)
                .collect(Collectors.toMap(
                        Map.Entry::getKey, test -> test.getValue().why(), (one, other) -> one, TreeMap::new));
    }

    /** One line for people. */
    String summary() {
        return "Celery " + celery + ": passed=" + count(Verdict.PASSED) + " failed=" + count(Verdict.FAILED)
                + " skipped=" + count(Verdict.SKIPPED) + " missing=" + missing.size() + " worker_deaths="
                + deaths.size();
    }
}
