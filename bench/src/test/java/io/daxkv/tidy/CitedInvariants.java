package io.daxkv.tidy;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Invariants and scenarios are cited by number in comments: {@code M2}, {@code S03b}. Each number cited in main sources
 * stands in the invariant index or in the race catalogue's list, or a reader is sent nowhere. A range such as
 * {@code F1..F9} or {@code D1-D4} lists all it covers.
 */
final class CitedInvariants {
    private static final Pattern ID = Pattern.compile("\\b([MDULSOFIYT])([0-9]{1,2})([b']?)(?![\\w])");
    private static final Pattern RANGE =
            Pattern.compile("\\b([MDULSOFIYT])([0-9]{1,2}) ?(?:\\.\\.|-|to|\u2013) ?\\1?([0-9]{1,2})\\b");

    private CitedInvariants() {}

    /** Returns every number that the documents list. */
    static Set<String> listed(String... documents) {
        Set<String> listed = new HashSet<>();
        for (String document : documents) {
            collect(document, listed);
        }
        return listed;
    }

    static List<String> findings(JavaSource source, Set<String> listed) {
        List<String> findings = new ArrayList<>();
        for (int i = 0; i < source.comments().size(); i++) {
            Set<String> cited = new HashSet<>();
            collect(source.comments().get(i), cited);
            for (String id : cited) {
                if (!listed.contains(id)) {
                    findings.add(source.path() + ":" + (i + 1) + ": no document lists " + id
                            + ", use a number of ARCHITECTURE.md or docs/testing.md instead");
                }
            }
        }
        return findings;
    }

    private static void collect(String text, Set<String> ids) {
        for (Matcher id = ID.matcher(text); id.find(); ) {
            ids.add(name(id.group(1), Integer.parseInt(id.group(2)), id.group(3)));
        }
        for (Matcher range = RANGE.matcher(text); range.find(); ) {
            for (int at = Integer.parseInt(range.group(2)); at <= Integer.parseInt(range.group(3)); at++) {
                ids.add(name(range.group(1), at, ""));
            }
        }
    }

    /** Scenarios have two digits, so that S1 and S01 are one. */
    private static String name(String letter, int number, String suffix) {
        return letter + (letter.equals("S") && number < 10 ? "0" : "") + number + suffix;
    }
}
