package dev.sedano.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The code that README.md shows is the code that is compiled and run here. */
class ReadmeTest {
    private static final Path ROOT = Path.of("..");

    private static List<String> blocks(String language) throws IOException {
        String readme = Files.readString(ROOT.resolve("README.md"));
        return Pattern.compile("```" + language + "\n(.*?)```", Pattern.DOTALL)
                .matcher(readme)
                .results()
                .map((MatchResult found) -> found.group(1))
                .toList();
    }

    private static String source(String path) throws IOException {
        return Files.readString(ROOT.resolve("examples").resolve(path));
    }

    @Test
    void javaSnippets_areInTheExamples() throws IOException {
        String examples = source("src/main/java/dev/sedano/examples/Billing.java")
                + source("src/main/java/dev/sedano/examples/Refunds.java");

        assertThat(blocks("java"))
                .hasSize(2)
                .allSatisfy(snippet -> assertThat(examples).contains(snippet.indent(4)));
    }

    @Test
    void pythonSnippets_areInTheExample() throws IOException {
        String charge = source("python/charge.py");

        assertThat(blocks("python"))
                .hasSize(1)
                .allSatisfy(snippet -> assertThat(charge).contains(snippet));
    }
}
