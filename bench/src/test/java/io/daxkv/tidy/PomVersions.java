package io.daxkv.tidy;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A module's pom names no version but its parent's: all others stand in the root pom, or are a property of it. */
final class PomVersions {
    private static final Pattern VERSION = Pattern.compile("<version>\\s*([^<]*?)\\s*</version>");
    private static final Pattern PARENT = Pattern.compile("<parent>.*?</parent>", Pattern.DOTALL);

    private PomVersions() {}

    static List<String> findings(String path, String pom) {
        String rest = PARENT.matcher(pom).replaceAll(found -> found.group().replaceAll("[^\n]", ""));
        String[] lines = rest.split("\n", -1);
        List<String> findings = new ArrayList<>();
        for (int i = 0; i < lines.length; i++) {
            Matcher version = VERSION.matcher(lines[i]);
            if (version.find() && !version.group(1).startsWith("${")) {
                findings.add(path + ":" + (i + 1) + ": version in a module's pom: " + version.group(1)
                        + ", use the root pom's dependencyManagement instead");
            }
        }
        return findings;
    }
}
