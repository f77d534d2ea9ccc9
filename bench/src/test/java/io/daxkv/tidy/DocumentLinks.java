package io.daxkv.tidy;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Every relative link of a document leads to a file (and heading) that exists, and so does every Java file it names.
 */
final class DocumentLinks {
    private static final Pattern LINK = Pattern.compile("\\]\\(<?([^)\\s>]+)>?[^)]*\\)");
    private static final Pattern JAVA_FILE = Pattern.compile("[\\w./-]*\\b[A-Z]\\w*\\.java\\b");
    private static final Pattern HEADING = Pattern.compile("^#+ +(.*)$", Pattern.MULTILINE);
    private static final Pattern ELSEWHERE = Pattern.compile("^[a-z][a-z0-9+.-]*:.*");

    private final Set<String> paths;
    private final Function<String, String> reader;

    /**
     * @param paths every file of the tree
     * @param reader the text of a file
     */
    DocumentLinks(Set<String> paths, Function<String, String> reader) {
        this.paths = paths;
        this.reader = reader;
    }

    List<String> findings(String document) {
        List<String> findings = new ArrayList<>();
        String[] lines = reader.apply(document).split("\n", -1);
        for (int i = 0; i < lines.length; i++) {
            String where = document + ":" + (i + 1) + ": ";
            for (Matcher link = LINK.matcher(lines[i]); link.find(); ) {
                checkLink(document, link.group(1), where, findings);
            }
            for (Matcher file = JAVA_FILE.matcher(lines[i]); file.find(); ) {
                String name = file.group();
                if (paths.stream().noneMatch(path -> ("/" + path).endsWith("/" + name.replaceFirst("^[./]+", "")))) {
                    findings.add(where + "no such source file: " + name + ", use the name it has now instead");
                }
            }
        }
        return findings;
    }

    private void checkLink(String document, String link, String where, List<String> findings) {
        if (ELSEWHERE.matcher(link).matches()) {
            return;
        }
        String file = link.replaceFirst("#.*", "");
        String target = file.isEmpty() ? document : resolve(document, file);
        if (!exists(target)) {
            findings.add(where + "broken link: " + link + ", use a path relative to the document instead");
            return;
        }
        int hash = link.indexOf('#');
        if (hash >= 0 && target.endsWith(".md") && !anchors(target).contains(link.substring(hash + 1))) {
            findings.add(where + "broken anchor: " + link + ", use a heading of " + target + " instead");
        }
    }

    private boolean exists(String target) {
        return paths.contains(target) || paths.stream().anyMatch(path -> path.startsWith(target + "/"));
    }

    private static String resolve(String document, String file) {
        Path directory = Path.of("/" + document).getParent();
        String resolved = directory.resolve(file).normalize().toString();
        return resolved.substring(1);
    }

    /** Returns the anchors that a renderer makes of a document's headings. */
    private Set<String> anchors(String document) {
        Matcher heading = HEADING.matcher(reader.apply(document));
        return heading.results()
                .map(found -> found.group(1).strip().toLowerCase(Locale.ROOT))
                .map(text -> text.replaceAll("[^\\w\\- ]", "").replace(' ', '-'))
                .collect(Collectors.toSet());
    }
}
