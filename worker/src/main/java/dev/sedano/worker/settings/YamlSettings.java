package dev.sedano.worker.settings;

import dev.sedano.worker.ConfigurationException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.composer.Composer;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.parser.ParserImpl;
import org.yaml.snakeyaml.reader.StreamReader;
import org.yaml.snakeyaml.resolver.Resolver;

/** Reads YAML to {@link ConfigValue}s. Only the text is looked at: no tag ever names a class. */
final class YamlSettings {
    private static final int DEEPEST = 20;
    /** Anchors may be used, but not to write gigabytes in a few lines. */
    private static final int MOST_VALUES = 20_000;

    private static final Set<String> NOTHING = Set.of("", "~", "null", "Null", "NULL");

    private final String source;
    private final int firstLine;
    private int values;

    private YamlSettings(String source, int firstLine) {
        this.source = source;
        this.firstLine = firstLine;
    }

    /**
     * @param option whom errors name
     * @param source the file's name
     * @throws ConfigurationException if it is not one YAML document
     */
    static ConfigValue read(String option, String source, String text) {
        return read(option, source, 1, text);
    }

    /** As above, for a value that begins in that line of a file that is not YAML itself; 0 = there are no lines. */
    static ConfigValue read(String option, String source, int firstLine, String text) {
        YamlSettings reading = new YamlSettings(source, firstLine);
        LoaderOptions options = new LoaderOptions();
        options.setNestingDepthLimit(DEEPEST);
        options.setAllowRecursiveKeys(false);
        Node root;
        try {
            root = new Composer(new ParserImpl(new StreamReader(text), options), new Resolver(), options)
                    .getSingleNode();
        } catch (MarkedYAMLException e) {
            int line = e.getProblemMark() == null ? 0 : e.getProblemMark().getLine();
            throw new ConfigurationException(
                    option, reading.place(line), "is not YAML: " + e.getProblem() + ": mend that line", e);
        } catch (YAMLException | IllegalArgumentException e) { // the latter for a tag with half an escape
            throw new ConfigurationException(option, source, "cannot be read as YAML (" + e.getMessage() + ")", e);
        }
        return root == null ? new ConfigValue.Nothing(reading.place(0)) : reading.value(option, root, 0);
    }

    private String place(int line) {
        return firstLine == 0 ? source : source + ":" + (firstLine + line);
    }

    private ConfigValue value(String option, Node node, int depth) {
        String at = place(node.getStartMark().getLine());
        if (depth > DEEPEST || ++values > MOST_VALUES) {
            throw new ConfigurationException(
                    option, at, "is nested too deep or says too much: write at most " + MOST_VALUES + " values");
        }
        if (node instanceof ScalarNode scalar) {
            boolean nothing = scalar.isPlain() && NOTHING.contains(scalar.getValue());
            return nothing ? new ConfigValue.Nothing(at) : new ConfigValue.Text(at, scalar.getValue());
        }
        if (node instanceof SequenceNode sequence) {
            List<ConfigValue> items = new ArrayList<>();
            for (Node each : sequence.getValue()) {
                items.add(value(option, each, depth + 1));
            }
            return new ConfigValue.Items(at, List.copyOf(items));
        }
        return fields(option, (MappingNode) node, at, depth);
    }

    private ConfigValue fields(String option, MappingNode mapping, String at, int depth) {
        Map<String, ConfigValue> fields = new LinkedHashMap<>();
        for (NodeTuple entry : mapping.getValue()) {
            String keyAt = place(entry.getKeyNode().getStartMark().getLine());
            if (!(entry.getKeyNode() instanceof ScalarNode key)) {
                throw new ConfigurationException(option, keyAt, "has a list or map as a name: write a text");
            }
            ConfigValue value = value(option, entry.getValueNode(), depth + 1);
            ConfigValue earlier = fields.putIfAbsent(key.getValue(), value);
            if (earlier != null) {
                throw new ConfigurationException(
                        option, keyAt, "says " + key.getValue() + " again, after " + earlier.at() + ": say it once");
            }
        }
        return new ConfigValue.Fields(at, fields);
    }
}
