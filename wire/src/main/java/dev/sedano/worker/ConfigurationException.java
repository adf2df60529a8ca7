package dev.sedano.worker;

import org.jspecify.annotations.Nullable;

/** The worker cannot start as it was told to; a person has to change something. Exit code 2. */
public final class ConfigurationException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String option;
    private final String value;

    /**
     * @param option the option or environment variable at fault
     * @param value what it was; secrets already removed; empty = not given
     * @param cure what is wrong with it, as a verb that follows the value, then a colon and what to write instead
     */
    public ConfigurationException(String option, String value, String cure) {
        this(option, value, cure, null);
    }

    /** As above, with what went wrong underneath. */
    public ConfigurationException(String option, String value, String cure, @Nullable Throwable cause) {
        super(option + (value.isEmpty() ? "" : " \"" + value + "\"") + " " + cure, cause);
        this.option = option;
        this.value = value;
    }

    /** The option or environment variable at fault. */
    public String option() {
        return option;
    }

    /** What it was, without secrets. */
    public String value() {
        return value;
    }
}
