package dev.sedano.workbench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import javax.xml.XMLConstants;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.SAXException;

/** An integration test that failed first and passed when it was repeated, as Maven's Failsafe plugin reports it. */
record Flake(String test, String errorClass, String message) {
    private static final String VIOLATION = "dev.sedano.services.Violation";
    private static final int LONGEST_MESSAGE = 300;

    /** Reads the reports of all modules; a module without reports has no flakes. */
    static List<Flake> allOf(Project project) {
        List<Flake> all = new ArrayList<>();
        try (Stream<Path> modules = Files.walk(project.root(), 4)) {
            for (Path reports : modules.filter(each -> each.endsWith("target/failsafe-reports"))
                    .sorted()
                    .toList()) {
                all.addAll(inFolder(reports));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return all;
    }

    private static List<Flake> inFolder(Path reports) throws IOException {
        List<Flake> found = new ArrayList<>();
        try (Stream<Path> files = Files.list(reports)) {
            for (Path report : files.filter(
                            each -> each.getFileName().toString().matches("TEST-.*\\.xml"))
                    .sorted()
                    .toList()) {
                found.addAll(parse(report));
            }
        }
        return found;
    }

    static List<Flake> parse(Path report) throws IOException {
        List<Flake> found = new ArrayList<>();
        for (String kind : List.of("flakyFailure", "flakyError")) {
            NodeList elements = document(report).getElementsByTagName(kind);
            for (int i = 0; i < elements.getLength(); i++) {
                Element failure = (Element) elements.item(i);
                Element test = (Element) failure.getParentNode();
                found.add(new Flake(
                        test.getAttribute("classname") + "." + test.getAttribute("name"),
                        failure.getAttribute("type"),
                        failure.getAttribute("message")));
            }
        }
        return found;
    }

    private static Document document(Path report) throws IOException {
        try {
            DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
            factory.setFeature(XMLConstants.FEATURE_SECURE_PROCESSING, true);
            return factory.newDocumentBuilder().parse(report.toFile());
        } catch (ParserConfigurationException | SAXException e) {
            throw new IOException("cannot read " + report, e);
        }
    }

    /** Whether work was lost or run twice: nothing that a repetition makes good. */
    boolean isViolation() {
        return errorClass.equals(VIOLATION);
    }

    @Override
    public String toString() {
        String text = message.replaceAll("\\s+", " ").strip();
        return test
                + (isViolation() ? ": VIOLATION: " : ": ")
                + (text.length() > LONGEST_MESSAGE ? text.substring(0, LONGEST_MESSAGE) + " ..." : text);
    }
}
