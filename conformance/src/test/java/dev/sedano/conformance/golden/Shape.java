package dev.sedano.conformance.golden;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import tools.jackson.databind.JsonNode;

/** Compares values by their form: names of fields, kinds of values, and the texts in which commands say how they went. */
final class Shape {
    private static final Set<String> SAID = Set.of("ok", "error");

    private Shape() {}

    /** What differs, as {@code pointer: what}; empty if nothing does. */
    static List<String> differences(JsonNode celerys, JsonNode ours) {
        List<String> found = new ArrayList<>();
        compare("", celerys, ours, found);
        return found;
    }

    private static void compare(String path, JsonNode celerys, JsonNode ours, List<String> found) {
        if (!kind(celerys).equals(kind(ours))) {
            found.add(path + ": " + kind(ours) + " instead of " + kind(celerys));
        } else if (celerys.isObject()) {
            Set<String> theirs = new TreeSet<>(celerys.propertyNames());
            theirs.stream().filter(name -> !ours.has(name)).forEach(name -> found.add(path + "/" + name + ": missing"));
            for (String name : new TreeSet<>(ours.propertyNames())) {
                if (!theirs.contains(name)) {
                    found.add(path + "/" + name + ": not Celery's");
                } else if (SAID.contains(name) && ours.get(name).isString()) {
                    if (!ours.get(name).equals(celerys.get(name))) {
                        found.add(path + "/" + name + ": " + ours.get(name));
                    }
                } else {
                    compare(path + "/" + name, celerys.get(name), ours.get(name), found);
                }
            }
        } else if (celerys.isArray()) {
            elements(path, celerys, ours, found);
        }
    }

    /** Each of ours is to have the form of one of theirs. */
    private static void elements(String path, JsonNode celerys, JsonNode ours, List<String> found) {
        if (celerys.isEmpty() != ours.isEmpty()) {
            found.add(path + ": " + ours.size() + " elements instead of " + celerys.size());
        } else {
            for (int i = 0; i < ours.size(); i++) {
                JsonNode element = ours.get(i);
                String at = path + "/" + i;
                celerys.valueStream()
                        .map(theirs -> {
                            List<String> differences = new ArrayList<>();
                            compare(at, theirs, element, differences);
                            return differences;
                        })
                        .min(Comparator.comparing(List::size))
                        .ifPresent(found::addAll);
            }
        }
    }

    private static String kind(JsonNode node) {
        return node.isIntegralNumber()
                ? "a whole number"
                : node.getNodeType().toString().toLowerCase(java.util.Locale.ROOT);
    }
}
