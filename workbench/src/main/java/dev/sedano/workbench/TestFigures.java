package dev.sedano.workbench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How many integration tests ran and how they ended, as Maven's Failsafe plugin sums them up.
 *
 * @param complete whether the last module has such a sum: without, the build ended before its tests
 */
record TestFigures(int run, int failed, int skipped, boolean complete) {
    /** Its sum shows that the build came to its end; a module without a test that was asked for has none. */
    private static final String LAST = "conformance";

    private static final List<String> MODULES = List.of("worker", LAST);

    static TestFigures none() {
        return new TestFigures(0, 0, 0, true);
    }

    /** Reads the sums of the modules that have integration tests for servers. */
    static TestFigures of(Project project) {
        TestFigures all = none();
        for (String module : MODULES) {
            all = all.plus(ofModule(summary(project, module), !module.equals(LAST)));
        }
        return all;
    }

    /** Removes the sums of an earlier run. */
    static void clear(Project project) {
        for (String module : MODULES) {
            try {
                Files.deleteIfExists(summary(project, module));
            } catch (IOException e) {
                throw new WorkbenchException("cannot remove " + summary(project, module) + ": " + e.getMessage(), e);
            }
        }
    }

    private static Path summary(Project project, String module) {
        return project.root().resolve(module).resolve("target/failsafe-reports/failsafe-summary.xml");
    }

    private static TestFigures ofModule(Path summary, boolean mayBeMissing) {
        try {
            return parse(Files.readString(summary));
        } catch (IOException none) {
            return new TestFigures(0, 0, 0, mayBeMissing);
        }
    }

    static TestFigures parse(String xml) {
        return new TestFigures(
                number(xml, "completed"),
                number(xml, "errors") + number(xml, "failures"),
                number(xml, "skipped"),
                !xml.contains("timeout=\"true\""));
    }

    private static int number(String xml, String element) {
        Matcher value = Pattern.compile("<" + element + ">(\\d{1,9})</").matcher(xml);
        return value.find() ? Integer.parseInt(value.group(1)) : 0;
    }

    private TestFigures plus(TestFigures other) {
        return new TestFigures(
                run + other.run, failed + other.failed, skipped + other.skipped, complete && other.complete);
    }

    boolean passed() {
        return complete && failed == 0 && run > skipped;
    }
}
