package dev.sedano.worker.protocol;

import java.util.regex.Pattern;
import org.yaml.snakeyaml.nodes.Tag;
import org.yaml.snakeyaml.resolver.Resolver;

/**
 * What a scalar without quotes and tag is, exactly as PyYAML decides it (yaml/resolver.py): YAML 1.1, where {@code on} is
 * true and {@code 1:30} is 90, but {@code 1e3} is text. SnakeYAML's own rules differ in some of these. Repeated groups are
 * possessive, since others need stack per repetition.
 */
final class PyYamlResolver extends Resolver {
    private static final Pattern BOOLEAN =
            Pattern.compile("yes|Yes|YES|no|No|NO|true|True|TRUE|false|False|FALSE|on|On|ON|off|Off|OFF");
    private static final Pattern FLOATING = Pattern.compile("[-+]?[0-9][0-9_]*\\.[0-9_]*(?:[eE][-+][0-9]+)?"
            + "|\\.[0-9][0-9_]*(?:[eE][-+][0-9]+)?"
            + "|[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])++\\.[0-9_]*"
            + "|[-+]?\\.(?:inf|Inf|INF)"
            + "|\\.(?:nan|NaN|NAN)");
    private static final Pattern INTEGER = Pattern.compile("[-+]?0b[0-1_]+"
            + "|[-+]?0[0-7_]+"
            + "|[-+]?(?:0|[1-9][0-9_]*)"
            + "|[-+]?0x[0-9a-fA-F_]+"
            + "|[-+]?[1-9][0-9_]*(?::[0-5]?[0-9])++");
    private static final Pattern MERGES = Pattern.compile("<<");
    private static final Pattern NOTHING = Pattern.compile("~|null|Null|NULL|");
    private static final Pattern TIME = Pattern.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}"
            + "|[0-9]{4}-[0-9][0-9]?-[0-9][0-9]?(?:[Tt]|[ \\t]+)[0-9][0-9]?:[0-9]{2}:[0-9]{2}(?:\\.[0-9]*)?"
            + "(?:[ \\t]*(?:Z|[-+][0-9][0-9]?(?::[0-9]{2})?))?");

    /** Without limits of length: a number that is too long must be an error, not text. */
    @Override
    protected void addImplicitResolvers() {
        addImplicitResolver(Tag.BOOL, BOOLEAN, "yYnNtTfFoO", Integer.MAX_VALUE);
        addImplicitResolver(Tag.FLOAT, FLOATING, "-+0123456789.", Integer.MAX_VALUE);
        addImplicitResolver(Tag.INT, INTEGER, "-+0123456789", Integer.MAX_VALUE);
        addImplicitResolver(Tag.MERGE, MERGES, "<", Integer.MAX_VALUE);
        addImplicitResolver(Tag.NULL, NOTHING, "~nN\0", Integer.MAX_VALUE);
        addImplicitResolver(Tag.NULL, Pattern.compile(""), null, Integer.MAX_VALUE);
        addImplicitResolver(Tag.TIMESTAMP, TIME, "0123456789", Integer.MAX_VALUE);
    }
}
