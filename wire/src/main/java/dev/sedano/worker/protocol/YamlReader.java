package dev.sedano.worker.protocol;

import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.composer.Composer;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.nodes.Tag;
import org.yaml.snakeyaml.parser.ParserImpl;
import org.yaml.snakeyaml.reader.StreamReader;

/**
 * Reads YAML 1.1 as PyYAML's {@code safe_load} does (yaml/constructor.py, {@code SafeConstructor}). SnakeYAML parses; no
 * class is ever looked up. Values that anchors share are copied, up to a limit. For one use, by one thread.
 */
final class YamlReader {
    /** Values beyond those that are written out: nested aliases double with every line. */
    private static final int MOST_COPIES = 1_000_000;

    private final Set<Node> seen = Collections.newSetFromMap(new IdentityHashMap<>());
    private final Set<Node> open = Collections.newSetFromMap(new IdentityHashMap<>());
    private int copies;

    private YamlReader() {}

    /**
     * The plain value of {@code text}, null if it is empty; sets are Set, keys of maps any scalar but bytes.
     *
     * @param deepest most levels of lists and maps
     * @throws ProtocolException if it is not one YAML document that {@code safe_load} would read
     */
    static @Nullable Object read(String text, int deepest) {
        LoaderOptions options = new LoaderOptions();
        options.setNestingDepthLimit(deepest);
        options.setMaxAliasesForCollections(MOST_COPIES);
        options.setCodePointLimit(Integer.MAX_VALUE);
        options.setAllowRecursiveKeys(false);
        Node root;
        try {
            root = new Composer(new ParserImpl(new StreamReader(text), options), new PyYamlResolver(), options)
                    .getSingleNode();
        } catch (RuntimeException e) { // SnakeYAML has others than its own, such as for a tag with half an escape
            throw refused(e, deepest);
        }
        return root == null ? null : new YamlReader().value(root, false);
    }

    private static ProtocolException refused(RuntimeException e, int deepest) {
        String problem = String.valueOf(e.getMessage());
        if (problem.startsWith("Nesting Depth exceeded")) {
            return ProtocolException.limit("body: nested deeper than " + deepest + " levels; send a flatter structure");
        } else if (problem.startsWith("Number of aliases")) {
            return tooManyCopies();
        }
        return new ProtocolException("body: not one YAML document; send what yaml.safe_dump writes");
    }

    /** @param copied whether an anchor around this node was read before */
    private @Nullable Object value(Node node, boolean copied) {
        if (node instanceof ScalarNode scalar) {
            count(copied);
            return YamlScalars.read(scalar);
        }
        boolean again = !seen.add(node) || copied;
        count(again);
        if (!open.add(node)) {
            throw new ProtocolException("body: a YAML value that contains itself; send a tree");
        }
        Object value =
                node instanceof SequenceNode sequence ? sequence(sequence, again) : mapping((MappingNode) node, again);
        open.remove(node);
        return value;
    }

    private void count(boolean copied) {
        if (copied && ++copies > MOST_COPIES) {
            throw tooManyCopies();
        }
    }

    private Object sequence(SequenceNode node, boolean copied) {
        Tag tag = node.getTag();
        if (tag.equals(Tag.SEQ)) {
            List<@Nullable Object> list = new ArrayList<>();
            for (Node element : node.getValue()) {
                list.add(value(element, copied));
            }
            return list;
        } else if (tag.equals(Tag.OMAP) || tag.equals(Tag.PAIRS)) {
            return pairs(node, copied);
        }
        throw unknown(tag);
    }

    /** As Python reads both: a list of pairs. */
    private List<@Nullable Object> pairs(SequenceNode node, boolean copied) {
        List<@Nullable Object> pairs = new ArrayList<>();
        for (Node element : node.getValue()) {
            if (!(element instanceof MappingNode map) || map.getValue().size() != 1) {
                throw new ProtocolException("body: an ordered YAML map whose elements are not single pairs");
            }
            NodeTuple entry = map.getValue().get(0);
            List<@Nullable Object> pair = new ArrayList<>();
            pair.add(value(entry.getKeyNode(), copied));
            pair.add(value(entry.getValueNode(), copied));
            pairs.add(pair);
        }
        return pairs;
    }

    private Object mapping(MappingNode node, boolean copied) {
        Tag tag = node.getTag();
        if (!tag.equals(Tag.MAP) && !tag.equals(Tag.SET)) {
            throw unknown(tag);
        }
        Map<@Nullable Object, @Nullable Object> map = new LinkedHashMap<>();
        for (NodeTuple entry : node.getValue()) {
            if (entry.getKeyNode().getTag().equals(Tag.MERGE)) {
                merge(entry.getValueNode(), map, copied);
            }
        }
        for (NodeTuple entry : node.getValue()) {
            if (!entry.getKeyNode().getTag().equals(Tag.MERGE)) {
                map.put(key(entry.getKeyNode(), copied), value(entry.getValueNode(), copied));
            }
        }
        return tag.equals(Tag.SET) ? new LinkedHashSet<>(map.keySet()) : map;
    }

    /** Of several merged maps the first wins, and the map's own keys win over all. */
    private void merge(Node from, Map<@Nullable Object, @Nullable Object> into, boolean copied) {
        if (from instanceof MappingNode map) {
            if (value(map, copied) instanceof Map<?, ?> values) {
                values.forEach(into::putIfAbsent);
                return;
            }
        } else if (from instanceof SequenceNode list && list.getTag().equals(Tag.SEQ)) {
            for (Node element : list.getValue()) {
                if (!(element instanceof MappingNode)) {
                    throw new ProtocolException("body: a YAML merge of something that is no map");
                }
                merge(element, into, copied);
            }
            return;
        }
        throw new ProtocolException("body: a YAML merge of something that is no map");
    }

    private @Nullable Object key(Node node, boolean copied) {
        Object key = node instanceof ScalarNode ? value(node, copied) : List.of();
        if (key instanceof List || key instanceof byte[]) {
            throw new ProtocolException("body: a key of a YAML map is no text, number, boolean or time; use text keys");
        }
        return key;
    }

    private static ProtocolException unknown(Tag tag) {
        return new ProtocolException("body: "
                + (tag.getValue().startsWith("tag:yaml.org,2002:python/")
                        ? "a YAML tag that makes Python objects; send what yaml.safe_dump writes"
                        : "a YAML tag that safe_load does not know; send what yaml.safe_dump writes"));
    }

    private static ProtocolException tooManyCopies() {
        return ProtocolException.limit(
                "body: YAML aliases stand for more than " + MOST_COPIES + " values; write them out, or send fewer");
    }
}
