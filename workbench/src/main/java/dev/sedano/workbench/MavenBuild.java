package dev.sedano.workbench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Runs Maven on the project, with its output on ours. */
final class MavenBuild {
    private MavenBuild() {}

    /** @return Maven's exit code */
    static int run(Project project, Map<String, String> environment, List<String> arguments) {
        List<String> command = new ArrayList<>(List.of(System.getProperty("sedano.maven", "./mvnw"), "-B", "-ntp"));
        command.addAll(arguments);
        ProcessBuilder maven =
                new ProcessBuilder(command).directory(project.root().toFile()).inheritIO();
        maven.environment().putAll(environment);
        try {
            return maven.start().onExit().join().exitValue();
        } catch (IOException e) {
            throw new WorkbenchException("cannot run " + command.get(0) + ": " + e.getMessage(), e);
        }
    }
}
