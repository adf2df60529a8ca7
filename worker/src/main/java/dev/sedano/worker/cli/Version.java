package dev.sedano.worker.cli;

import java.util.Objects;
import picocli.CommandLine.IVersionProvider;

/** The version out of the jar's manifest. */
final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
        String version = SedanoCommand.class.getPackage().getImplementationVersion();
        return new String[] {
            "sedano " + Objects.requireNonNullElse(version, "(built from source)"),
            "Java " + System.getProperty("java.version")
        };
    }
}
