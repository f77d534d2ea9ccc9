package io.daxkv.tidy;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What an operator can set or watch is described where operators look. */
final class OperatorDocs {
    private static final Pattern OPTION = Pattern.compile("\"(--[a-z][a-z-]*)\"");
    private static final Pattern METRIC = Pattern.compile("= *\"(daxkv\\.[a-z.]+)\"");

    private OperatorDocs() {}

    /** Every option that a source declares stands in the document. */
    static List<String> optionFindings(JavaSource source, String document) {
        return findings(source, OPTION, document);
    }

    /** Every metric that a source declares stands in the document, with dots or as scraped, with underscores. */
    static List<String> metricFindings(JavaSource source, String document) {
        return findings(source, METRIC, document);
    }

    private static List<String> findings(JavaSource source, Pattern declaration, String document) {
        List<String> findings = new ArrayList<>();
        for (int i = 0; i < source.lines().size(); i++) {
            for (Matcher name = declaration.matcher(source.lines().get(i)); name.find(); ) {
                if (!isNamed(name.group(1), document)) {
                    findings.add(source.path() + ":" + (i + 1) + ": not described: " + name.group(1)
                            + ", use docs/operations.md to describe it instead");
                }
            }
        }
        return findings;
    }

    private static boolean isNamed(String name, String document) {
        String scraped = name.replace('.', '_') + "(?:_total|_max|_seconds)?";
        return Pattern.compile("(?<![\\w.-])(?:" + Pattern.quote(name) + "(?![\\w-]|\\.\\w)|" + scraped + "(?![\\w-]))")
                .matcher(document)
                .find();
    }
}
