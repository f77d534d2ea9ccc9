package io.daxkv.tidy;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which package may know which: {@code bench -> {server, client} -> storage-dax}, inside it {@code kv -> dax -> pmem},
 * and each foreign library where it belongs. Fully qualified names count as imports.
 */
final class ImportRules {
    private static final Pattern OWN = Pattern.compile("\\bio\\.daxkv(?:\\.[a-z]\\w*)+");

    /** A package, and those of this project that it and the packages below it may use; their tests may use more. */
    private record Layer(String name, List<String> uses, List<String> testUses) {
        Layer(String name, List<String> uses) {
            this(name, uses, List.of());
        }

        boolean allows(String used, boolean byTest) {
            return isBelow(used, name)
                    || uses.stream().anyMatch(to -> isBelow(used, to))
                    || byTest && testUses.stream().anyMatch(to -> isBelow(used, to));
        }
    }

    private static final List<Layer> LAYERS = List.of(
            new Layer("io.daxkv.storage.pmem", List.of()),
            new Layer("io.daxkv.storage.testkit", List.of("io.daxkv.storage")),
            new Layer("io.daxkv.storage.dax", List.of("io.daxkv.storage.pmem")),
            new Layer("io.daxkv.storage.kv", List.of("io.daxkv.storage.pmem", "io.daxkv.storage.dax")),
            new Layer("io.daxkv.server", List.of("io.daxkv.storage")),
            new Layer("io.daxkv.client", List.of("io.daxkv.storage"), List.of("io.daxkv.server")),
            new Layer("io.daxkv.bench", List.of("io.daxkv.storage", "io.daxkv.server", "io.daxkv.client")),
            new Layer("io.daxkv.tidy", List.of()));

    /** A library, the only packages and classes that may use it, those whose tests may too, and what the others do. */
    private record Library(Pattern name, List<String> users, List<String> testUsers, String instead) {
        Library(String name, List<String> users, List<String> testUsers, String instead) {
            this(Pattern.compile(name), users, testUsers, instead);
        }

        Library(String name, List<String> users, String instead) {
            this(name, users, List.of(), instead);
        }

        boolean allows(JavaSource source) {
            return users.stream().anyMatch(source::isIn)
                    || source.isTest() && testUsers.stream().anyMatch(source::isIn);
        }
    }

    private static final List<String> PMEM = List.of("io.daxkv.storage.pmem");

    /** Pmem, and the classes of the DAX layer that show a window or leased memory as Chronicle's types. */
    private static final List<String> CHRONICLE = List.of(
            "io.daxkv.storage.pmem",
            "io.daxkv.storage.dax.DaxWindow",
            "io.daxkv.storage.dax.WindowBytesStore",
            "io.daxkv.storage.dax.RawLease");

    private static final List<Library> LIBRARIES = List.of(
            new Library("\\bnet\\.openhft\\.", CHRONICLE, List.of("io.daxkv.storage"), "use Pmem"),
            new Library("\\bsun\\.misc\\.|\\bjdk\\.internal\\.|\\bsun\\.nio\\.", PMEM, "use Pmem"),
            new Library("\\bUnsafe\\b", PMEM, "use Pmem or DramRegion"),
            // A channel must say why it maps nothing, and a benchmark is of the kernel's own mapping.
            new Library(
                    "\\bMappedByteBuffer\\b|\\bMapMode\\b",
                    List.of(
                            "io.daxkv.storage.pmem",
                            "io.daxkv.storage.dax.CopyingFileChannel",
                            "io.daxkv.bench.micro.MappedFileBenchmark"),
                    "use Pmem"),
            new Library(
                    "\\bio\\.micrometer\\.", List.of("io.daxkv.server.metrics"), "use LoopCounters or MetricSources"),
            // The server's tests prove that an unmodified Lettuce works; its code could not compile with it.
            new Library("\\bio\\.lettuce\\.", List.of("io.daxkv.client", "io.daxkv.server"), "use DaxkvClient"),
            new Library(
                    "\\bio\\.netty\\.",
                    List.of("io.daxkv.server", "io.daxkv.client", "io.daxkv.bench"),
                    "use ByteSlice or ByteBuffer"),
            new Library("\\bio\\.netty\\.handler\\.codec\\.redis\\b", List.of(), "use RespDecoder and RespEncoder"));

    private ImportRules() {}

    static List<String> findings(JavaSource source) {
        List<String> findings = new ArrayList<>();
        Layer layer = layerOf(source);
        if (layer == null) {
            findings.add(source.path() + ":1: package has no place in the layers, use one of "
                    + LAYERS.stream().map(Layer::name).toList() + " instead");
            return findings;
        }
        for (int i = 0; i < source.code().size(); i++) {
            String line = source.code().get(i);
            String where = source.path() + ":" + (i + 1) + ": ";
            if (!line.startsWith("package ")) {
                checkOwn(source, layer, line, where, findings);
            }
            checkLibraries(source, line, where, findings);
        }
        return findings;
    }

    private static void checkOwn(JavaSource source, Layer layer, String line, String where, List<String> findings) {
        for (Matcher own = OWN.matcher(line); own.find(); ) {
            String used = own.group();
            boolean allowed = layer.allows(used, source.isTest());
            boolean isTestKit = source.isTest() && isBelow(used, "io.daxkv.storage.testkit");
            if (!allowed && !isTestKit || !source.isTest() && isBelow(used, "io.daxkv.storage.testkit")) {
                findings.add(where + layer.name + " must not know " + used + ", use " + layer.uses + " instead");
            }
        }
    }

    private static void checkLibraries(JavaSource source, String line, String where, List<String> findings) {
        for (Library library : LIBRARIES) {
            Matcher name = library.name.matcher(line);
            if (name.find() && !library.allows(source)) {
                findings.add(where + "library is for " + library.users + " alone: " + name.group() + ", "
                        + library.instead + " instead");
            }
        }
    }

    private static Layer layerOf(JavaSource source) {
        return LAYERS.stream()
                .filter(layer -> source.isIn(layer.name))
                .findFirst()
                .orElse(null);
    }

    private static boolean isBelow(String name, String prefix) {
        return name.equals(prefix) || name.startsWith(prefix + ".");
    }
}
