package dev.sedano.workbench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The part of {@code docs/compatibility.md} that tells the versions which were tried together. It is the last one, begins
 * with {@link #BEGIN}, and is kept when the parts before it are written anew. What a person wrote below its table, from
 * {@link #NOTES} on, is kept when the table is.
 */
record CompatibilityDocument(Path file) {
    static final String BEGIN = "## Versions tried together";

    /** A heading below the table. */
    static final String NOTES = "\n### ";

    /**
     * Replaces the part.
     *
     * @param only the test classes that were run, null = all integration tests
     */
    void replaceVersions(List<Matrix.Row> rows, @Nullable String only) {
        try {
            String text = Files.exists(file) ? Files.readString(file) : "";
            int begin = text.indexOf(BEGIN);
            String before = begin < 0 ? text : text.substring(0, begin);
            int notes = begin < 0 ? -1 : text.indexOf(NOTES, begin);
            Files.writeString(
                    file,
                    before.stripTrailing() + "\n\n" + part(rows, only) + (notes < 0 ? "" : text.substring(notes)));
        } catch (IOException e) {
            throw new WorkbenchException("cannot write " + file + ": " + e.getMessage(), e);
        }
    }

    static String part(List<Matrix.Row> rows, @Nullable String only) {
        StringBuilder text = new StringBuilder(BEGIN)
                .append("\n\nWritten by `./sedano test --matrix`: ")
                .append(only == null ? "the integration tests" : "the integration tests `" + only + "`")
                .append(" with each Celery and each pair of servers.\n\n")
                .append("| Celery | Broker | Store | Tests | Failed | Skipped | Result |\n")
                .append("|---|---|---|---:|---:|---:|---|\n");
        for (Matrix.Row row : rows) {
            TestFigures figures = row.figures();
            text.append("| %s | %s | %s | %d | %d | %d | %s |\n"
                    .formatted(
                            row.celery(),
                            row.broker(),
                            row.store(),
                            figures.run(),
                            figures.failed(),
                            figures.skipped(),
                            row.verdict()));
        }
        return text.toString();
    }
}
