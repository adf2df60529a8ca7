package dev.sedano.services;

import java.util.ArrayList;
import java.util.List;

/**
 * Starts a program outside the terminal's process group, so that Ctrl-C reaches only us and we decide the order in which
 * children stop. The process id stays that of the program, and is at the same time the id of its group.
 */
public final class OwnSession {
    private OwnSession() {}

    /** Returns {@code command} wrapped in {@code setsid}, or in Perl's equal where that is missing (macOS). */
    public static List<String> command(List<String> command) {
        List<String> wrapped = new ArrayList<>();
        if (Programs.find("setsid").isPresent()) {
            wrapped.add("setsid");
        } else if (Programs.find("perl").isPresent()) {
            wrapped.addAll(List.of("perl", "-e", "use POSIX; POSIX::setsid(); exec @ARGV or exit 127;", "--"));
        }
        wrapped.addAll(command);
        return wrapped;
    }
}
