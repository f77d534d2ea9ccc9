package io.daxkv.tidy;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** Calls that nobody makes, or only the file that wraps them, and what to call in their place. */
final class BannedCalls {
    /** A call, the ends of the paths that may make it, and its replacement. */
    private record Ban(Pattern call, List<String> allowedIn, String instead) {
        Ban(String call, List<String> allowedIn, String instead) {
            this(Pattern.compile(call), allowedIn, instead);
        }
    }

    private static final List<String> NOWHERE = List.of();
    private static final List<String> MAINS = List.of("ServerMain.java", "BenchMain.java");

    private static final List<Ban> BANS = List.of(
            new Ban("\\bcurrentTimeMillis\\b", List.of("/KvClock.java"), "KvClock, or System.nanoTime for durations"),
            new Ban("\\bThread\\s*\\.\\s*sleep\\b", NOWHERE, "a condition, LockSupport.parkNanos or a scheduler"),
            new Ban("\\bTimeUnit\\.\\w+\\.sleep\\b", NOWHERE, "a condition, LockSupport.parkNanos or a scheduler"),
            new Ban("\\bnew\\s+(?:java\\.util\\.)?Random\\s*\\(", NOWHERE, "Seed in tests, a seeded RandomGenerator"),
            new Ban("\\bMath\\s*\\.\\s*random\\b", NOWHERE, "Seed in tests, a seeded RandomGenerator"),
            new Ban("\\bprintStackTrace\\b", NOWHERE, "a logger, or let it pass"),
            new Ban("\\bSystem\\s*\\.\\s*exit\\b", MAINS, "an exception that ServerMain maps to an ExitCode"),
            new Ban("\\bMappedBytes\\b", NOWHERE, "PmemArena: a failed msync of the library is only logged"),
            new Ban("\\bmsync\\b", List.of("/PagePersister.java", "/Posix.java"), "Pmem.drain"));

    private static final Pattern LEFTOVER = Pattern.compile("\\b(?:TO" + "DO|FIX" + "ME|X" + "XX)\\b");
    private static final Pattern NON_ASCII = Pattern.compile("[^\\x00-\\x7F]");

    private BannedCalls() {}

    static List<String> findings(JavaSource source) {
        List<String> findings = new ArrayList<>();
        for (int i = 0; i < source.lines().size(); i++) {
            String where = source.path() + ":" + (i + 1) + ": ";
            for (Ban ban : BANS) {
                if (ban.call.matcher(source.code().get(i)).find()
                        && ban.allowedIn.stream().noneMatch(source.path()::endsWith)) {
                    findings.add(where + "banned call " + ban.call.pattern() + ", use " + ban.instead + " instead");
                }
            }
            if (LEFTOVER.matcher(source.lines().get(i)).find()) {
                findings.add(where + "leftover note, use an issue or a sentence that stays true instead");
            }
            if (NON_ASCII.matcher(source.lines().get(i)).find()) {
                findings.add(where + "character outside ASCII, use an escape instead");
            }
        }
        return findings;
    }
}
