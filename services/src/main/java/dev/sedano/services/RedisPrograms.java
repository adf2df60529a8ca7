package dev.sedano.services;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import redis.embedded.core.ExecutableProvider;

/**
 * Server programs of other versions than the machine's, for tests against them: from Debian's archive, unpacked into a
 * folder of ours with all their libraries, without root and without changing the machine. Nothing of it is shipped.
 *
 * <p>Licences of what is fetched: Valkey 3-clause BSD; Redis 8 AGPLv3 (of its three); Redis 7.0 and the packed 6.2 3-clause
 * BSD. Debian serves no Redis 7.2 or 7.4; Valkey 8 is its free successor.
 */
public final class RedisPrograms {
    /** A version that can be had. */
    public enum Release {
        /** The server packed with Sedano; no network. */
        REDIS_6_2("", ""),
        /** Debian bookworm's Redis 7.0. */
        REDIS_7_0("bookworm", "redis-server"),
        /** Debian trixie's Redis 8. */
        REDIS_8("trixie", "redis-server"),
        /** Debian trixie's Valkey 8. */
        VALKEY_8("trixie", "valkey-server");

        private final String suite;
        private final String program;

        Release(String suite, String program) {
            this.suite = suite;
            this.program = program;
        }
    }

    private static final Duration LIMIT = Duration.ofMinutes(5);
    private static final String ARCHIVE = "http://deb.debian.org/debian";
    private static final String KEYS = "/usr/share/keyrings/debian-archive-keyring.gpg";

    private final Path cache;

    /** @param cache where fetched programs are kept for later, as {@code .sedano/servers}; made if missing */
    public RedisPrograms(Path cache) {
        this.cache = cache.toAbsolutePath();
    }

    /**
     * Returns the program, to be named by {@link PrivateRedis#PROGRAM_VARIABLE}; fetches it at the first time.
     *
     * @throws ServicesUnavailableException if it cannot be had here, saying why
     */
    public Path obtain(Release release) {
        if (release.suite.isEmpty()) {
            return packed();
        }
        Path folder = cache.resolve(release.suite + "-" + release.program);
        Path launcher = folder.resolve(release.program);
        if (!Files.isExecutable(launcher)) {
            fetch(release, folder);
            launch(release, folder, launcher);
        }
        return launcher;
    }

    private static Path packed() {
        try {
            return ExecutableProvider.newJarResourceProvider().get().toPath();
        } catch (IOException | RuntimeException e) {
            throw new ServicesUnavailableException("the packed Redis does not fit this machine: " + e.getMessage());
        }
    }

    private static void fetch(Release release, Path folder) {
        if (Programs.find("apt-get").isEmpty() || Programs.find("dpkg-deb").isEmpty() || !Files.exists(Path.of(KEYS))) {
            throw new ServicesUnavailableException(
                    release + " comes from Debian's archive and needs apt-get, dpkg-deb and " + KEYS
                            + ": use a Debian, or name a program of your own with " + PrivateRedis.PROGRAM_VARIABLE);
        }
        try {
            for (String part : List.of("lists/partial", "cache/archives/partial", "root")) {
                Files.createDirectories(folder.resolve(part));
            }
            Files.writeString(folder.resolve("status"), "");
            Files.writeString(
                    folder.resolve("sources.list"),
                    "deb [signed-by=" + KEYS + "] " + ARCHIVE + " " + release.suite + " main\n");
            Path log = folder.resolve("apt.log");
            run(log, apt(folder, "update"));
            run(log, apt(folder, "-y", "--no-install-recommends", "--download-only", "install", release.program));
            try (DirectoryStream<Path> packages = Files.newDirectoryStream(folder.resolve("cache/archives"), "*.deb")) {
                for (Path each : packages) {
                    run(
                            log,
                            List.of(
                                    "dpkg-deb",
                                    "-x",
                                    each.toString(),
                                    folder.resolve("root").toString()));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot fetch " + release + " into " + folder, e);
        }
    }

    /** With folders of its own apt-get needs no root and knows nothing of what the machine has. */
    private static List<String> apt(Path folder, String... arguments) {
        List<String> command = new ArrayList<>(List.of("apt-get", "-q"));
        for (String option : List.of(
                "Dir::State::lists=" + folder.resolve("lists"),
                "Dir::State::status=" + folder.resolve("status"),
                "Dir::Cache=" + folder.resolve("cache"),
                "Dir::Etc::sourcelist=" + folder.resolve("sources.list"),
                "Dir::Etc::sourceparts=/dev/null",
                "Acquire::Languages=none",
                "APT::Sandbox::User=root")) {
            command.add("-o");
            command.add(option);
        }
        command.addAll(List.of(arguments));
        return command;
    }

    private static void run(Path log, List<String> command) {
        if (!new Shell(Map.of(), log).succeeds(LIMIT, command)) {
            throw new ServicesUnavailableException(command.get(0) + " failed; its output is in " + log);
        }
    }

    /** A script that starts the program with the loader and libraries that came with it, not with the machine's. */
    private static void launch(Release release, Path folder, Path launcher) {
        Path root = folder.resolve("root");
        Path loader = find(root, "ld-linux-")
                .orElseThrow(() -> new ServicesUnavailableException("no loader among the packages of " + release));
        Path library = find(root, "libc.so.6")
                .map(Path::getParent)
                .orElseThrow(() -> new ServicesUnavailableException("no C library among the packages of " + release));
        Path usual = root.resolve("usr/lib").resolve(library.getFileName());
        try {
            Files.writeString(
                    launcher,
                    "#!/bin/sh\nexec '" + loader + "' --library-path '" + library + ":" + usual + "' '"
                            + root.resolve("usr/bin").resolve(release.program) + "' \"$@\"\n");
            Files.setPosixFilePermissions(launcher, PosixFilePermissions.fromString("rwxr-xr-x"));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write " + launcher, e);
        }
    }

    private static Optional<Path> find(Path root, String name) {
        try (Stream<Path> tree = Files.walk(root)) {
            return tree.filter(each -> each.getFileName().toString().startsWith(name))
                    .sorted()
                    .findFirst();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot look into " + root, e);
        }
    }
}
