package dev.sedano.services;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Installs packages with apt-get, and names the line to type where that is not possible. Stateless.
 *
 * <p>The server packages of Debian start and enable system services that listen on the usual ports. Nobody asked for
 * those, so units that were not there before are masked while the packages are set up (until the next boot at most), then
 * unmasked and disabled. Where systemd does not run, {@code RUNLEVEL=1} has the same effect: the packages' scripts then
 * start nothing. A service that was there before is never touched.
 */
public final class SystemPackages {
    private static final List<String> UNITS =
            List.of("rabbitmq-server.service", "redis-server.service", "epmd.service", "epmd.socket");
    private static final Duration LIMIT = Duration.ofMinutes(10);
    private static final Duration SHORT = Duration.ofSeconds(30);

    private final Consumer<String> progress;
    private final Path log;

    /**
     * @param progress receives lines for the user
     * @param log receives the package manager's own output
     */
    public SystemPackages(Consumer<String> progress, Path log) {
        this.progress = progress;
        this.log = log;
    }

    /** Returns the commands that install {@code packages} by hand, for Debian and, by their names there, elsewhere. */
    public static String byHand(List<String> packages) {
        String names = String.join(" ", packages);
        if (Programs.find("apt-get").isPresent()) {
            return "sudo apt-get update && sudo apt-get install -y --no-install-recommends " + names;
        }
        if (Programs.find("dnf").isPresent()) {
            return "sudo dnf install " + names.replace("redis-server", "valkey").replace("python3-venv", "python3");
        }
        return "brew install "
                + names.replace("rabbitmq-server", "rabbitmq")
                        .replace("redis-server", "redis")
                        .replace("python3-venv", "python");
    }

    /**
     * Installs packages by their Debian names and returns when they are there.
     *
     * @throws ServicesUnavailableException with the exact line to type when there is no apt-get or no way to be root, or
     *     with the place of the log when apt-get fails
     */
    public void install(List<String> packages) {
        List<String> asRoot = asRoot();
        if (Programs.find("apt-get").isEmpty() || asRoot == null) {
            throw new ServicesUnavailableException("Missing: " + String.join(", ", packages)
                    + ". Installing needs apt-get and root (or sudo without a password). Run this line, then try again:\n  "
                    + byHand(packages));
        }
        progress.accept("Installing " + String.join(", ", packages) + " with apt-get (log: " + log + ") ...");
        List<String> silenced = silence(asRoot);
        boolean installed = run(asRoot, List.of("apt-get", "update")) && run(asRoot, aptInstall(packages));
        restore(asRoot, silenced);
        if (!installed) {
            throw new ServicesUnavailableException("apt-get could not install " + String.join(", ", packages)
                    + ". Its output is in " + log + ". By hand:\n  " + byHand(packages));
        }
    }

    private static List<String> aptInstall(List<String> packages) {
        List<String> command = new ArrayList<>(List.of(
                "env",
                "DEBIAN_FRONTEND=noninteractive",
                "RUNLEVEL=1",
                "apt-get",
                "install",
                "-y",
                "--no-install-recommends",
                "-o",
                "DPkg::Lock::Timeout=120"));
        command.addAll(packages);
        return command;
    }

    /** Returns the prefix that makes a command run as root: none, {@code sudo -n}, or null when there is no way. */
    private static @Nullable List<String> asRoot() {
        if (Shell.lines(List.of("id", "-u")).equals(List.of("0"))) {
            return List.of();
        }
        List<String> sudo = List.of("sudo", "-n");
        return Shell.quiet().succeeds(SHORT, joined(sudo, List.of("true"))) ? sudo : null;
    }

    private List<String> silence(List<String> asRoot) {
        if (!Files.isDirectory(Path.of("/run/systemd/system"))) {
            return List.of();
        }
        List<String> unknown = UNITS.stream()
                .filter(unit -> !Shell.quiet().succeeds(SHORT, List.of("systemctl", "cat", unit)))
                .toList();
        if (!unknown.isEmpty()) {
            run(asRoot, joined(List.of("systemctl", "mask", "--runtime"), unknown));
        }
        return unknown;
    }

    private void restore(List<String> asRoot, List<String> silenced) {
        if (silenced.isEmpty()) {
            return;
        }
        run(asRoot, joined(List.of("systemctl", "unmask", "--runtime"), silenced));
        for (String unit : silenced) {
            run(asRoot, List.of("systemctl", "disable", unit)); // fails for what was not installed: no harm
        }
    }

    private boolean run(List<String> asRoot, List<String> command) {
        return new Shell(Map.of(), log)
                .succeeds(LIMIT, joined(asRoot, command), seconds -> progress.accept("  ... " + seconds + " s"));
    }

    private static List<String> joined(List<String> first, List<String> second) {
        List<String> all = new ArrayList<>(first);
        all.addAll(second);
        return all;
    }
}
