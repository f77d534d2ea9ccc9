package io.daxkv.tidy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Each house rule finds what it forbids, at its line, and nothing in text that only looks like it. */
class TidyRulesTest {

    private static JavaSource source(String path, String... lines) {
        return JavaSource.of(path, String.join("\n", lines));
    }

    /** Asserts one finding, at {@code where}, that says what to use instead. */
    private static void assertFound(String where, List<String> findings) {
        assertEquals(1, findings.size(), findings::toString);
        assertTrue(findings.get(0).startsWith(where + ": "), findings::toString);
        assertTrue(findings.get(0).endsWith(" instead"), findings::toString);
    }

    @Test
    void sourceIsTakenApartIntoCodeAndComments() {
        JavaSource source = source(
                "A.java",
                "package a.b;",
                "int x = 1; // one \"not a string",
                "String s = \"// no comment \\\" \"; char c = '\"'; /* two",
                "three */ int y;");
        assertEquals("a.b", source.packageName());
        assertEquals("int x = 1;", source.code().get(1).strip());
        assertEquals("// one \"not a string", source.comments().get(1).strip());
        assertEquals("/* two", source.comments().get(2).strip());
        assertEquals("int y;", source.code().get(3).strip());
    }

    @ParameterizedTest(name = "{0} must not know {1}")
    @CsvSource({
        "io.daxkv.storage.pmem, io.daxkv.storage.dax.DaxFile",
        "io.daxkv.storage.dax, io.daxkv.storage.kv.KvStore",
        "io.daxkv.storage.kv, io.daxkv.server.ServerMain",
        "io.daxkv.storage.kv, io.daxkv.storage.testkit.Seed",
        "io.daxkv.server.net, io.daxkv.bench.BenchMain",
        "io.daxkv.server, io.daxkv.client.DaxkvClient",
        "io.daxkv.client, io.daxkv.server.ServerMain",
        "io.daxkv.storage.dax, net.openhft.chronicle.bytes.Bytes",
        "io.daxkv.storage.dax, sun.misc.Unused",
        "io.daxkv.server.net, java.nio.MappedByteBuffer",
        "io.daxkv.server.commit, io.micrometer.core.instrument.Counter",
        "io.daxkv.storage.kv, io.netty.buffer.ByteBuf",
        "io.daxkv.server.resp, io.netty.handler.codec.redis.RedisDecoder",
        "io.daxkv.bench, io.lettuce.core.RedisClient",
    })
    void importAgainstTheLayersIsFound(String user, String used) {
        assertFound(
                "m/src/main/java/A.java:2",
                ImportRules.findings(
                        source("m/src/main/java/A.java", "package " + user + ";", "import " + used + ";")));
        assertFound(
                "m/src/main/java/A.java:3",
                ImportRules.findings(
                        source("m/src/main/java/A.java", "package " + user + ";", "// ", "    " + used + " field;")));
    }

    @ParameterizedTest(name = "{0} may know {1}")
    @CsvSource({
        "io.daxkv.storage.kv, io.daxkv.storage.dax.DaxFile",
        "io.daxkv.storage.pmem, net.openhft.chronicle.bytes.Bytes",
        "io.daxkv.server.metrics, io.micrometer.core.instrument.Counter",
        "io.daxkv.bench.load, io.daxkv.server.ServeArguments",
        "io.daxkv.server, io.daxkv.server.net.RespServer",
    })
    void importAlongTheLayersIsFine(String user, String used) {
        assertEquals(
                List.of(),
                ImportRules.findings(
                        source("m/src/main/java/A.java", "package " + user + ";", "import " + used + ";")));
    }

    @Test
    void libraryMayBeGivenToOneClassAndToTests() {
        String[] lines = {"package io.daxkv.storage.dax;", "import net.openhft.chronicle.bytes.Bytes;"};
        assertEquals(List.of(), ImportRules.findings(source("m/src/main/java/WindowBytesStore.java", lines)));
        assertEquals(List.of(), ImportRules.findings(source("m/src/test/java/A.java", lines)));
        assertFound("m/src/main/java/A.java:2", ImportRules.findings(source("m/src/main/java/A.java", lines)));
    }

    @Test
    void testsOfTheClientMayStartTheServer() {
        String[] lines = {"package io.daxkv.client;", "import io.daxkv.server.DaxkvServer;"};
        assertEquals(List.of(), ImportRules.findings(source("client/src/test/java/A.java", lines)));
        assertFound(
                "client/src/main/java/A.java:2", ImportRules.findings(source("client/src/main/java/A.java", lines)));
    }

    @Test
    void packageOutsideTheLayersIsFound() {
        assertFound("A.java:1", ImportRules.findings(source("A.java", "package io.daxkv.misc;")));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "System.currentTimeMillis()",
                "System::currentTimeMillis",
                "Thread.sleep(1)",
                "TimeUnit.SECONDS.sleep(1)",
                "new Random(7)",
                "new java.util.Random()",
                "Math.random()",
                "e.printStackTrace()",
                "System.exit(1)",
                "MappedBytes.mappedBytes(file, 1)",
                "PosixAPI.posix().msync(1, 2, 3)",
            })
    void bannedCallIsFoundInCodeOnly(String call) {
        assertFound(
                "a/A.java:2", BannedCalls.findings(source("a/A.java", "class A {", "    Object x = " + call + ";")));
        assertEquals(List.of(), BannedCalls.findings(source("a/A.java", "// " + call, "String s = \"" + call + "\";")));
    }

    @Test
    void wrapperOfABannedCallMayMakeIt() {
        assertEquals(List.of(), BannedCalls.findings(source("a/KvClock.java", "x = System::currentTimeMillis;")));
        assertEquals(List.of(), BannedCalls.findings(source("a/ServerMain.java", "System.exit(0);")));
    }

    @Test
    void leftoverNotesAndForeignCharactersAreFound() {
        assertFound("A.java:1", BannedCalls.findings(source("A.java", "// TO" + "DO later")));
        assertFound("A.java:2", BannedCalls.findings(source("A.java", "", "/* FIX" + "ME */")));
        assertFound("A.java:1", BannedCalls.findings(source("A.java", "// an em dash \u2014 here")));
    }

    @Test
    void longLineMethodAndFileAreFound() {
        assertFound("A.java:1", budgets("// " + "x".repeat(SizeBudgets.COLUMNS - 2)));
        assertEquals(List.of(), budgets("// " + "x".repeat(SizeBudgets.COLUMNS - 3)));
        assertFound(
                "A.java:2", budgets("class A {\nvoid f() {\n" + "g();\n".repeat(SizeBudgets.METHOD_LINES - 1) + "}}"));
        assertEquals(
                List.of(), budgets("class A {\nvoid f() {\n" + "g();\n".repeat(SizeBudgets.METHOD_LINES - 2) + "}}"));
        assertFound("A.java:1", budgets("//\n".repeat(SizeBudgets.FILE_LINES + 1)));
        assertEquals(List.of(), budgets("//\n".repeat(SizeBudgets.FILE_LINES)));
    }

    @Test
    void exceptionFromABudgetHoldsWhileItIsNeeded() {
        JavaSource big = JavaSource.of("A.java", "//\n".repeat(SizeBudgets.FILE_LINES + 1));
        assertEquals(List.of(), new SizeBudgets(Set.of("A.java")).findings(List.of(big)));
        assertFound("A.java:1", new SizeBudgets(Set.of("A.java")).findings(List.of(source("A.java", "class A {}"))));
        assertFound(
                "A.java#f:1", new SizeBudgets(Set.of("A.java#f")).findings(List.of(source("A.java", "class A {}"))));
    }

    private static List<String> budgets(String text) {
        return new SizeBudgets(Set.of()).findings(List.of(JavaSource.of("A.java", text)));
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "[x](b.md), false",
        "[x](../README.md), false",
        "[x](../README.md#a-heading--two), false",
        "[x](https://example.org/none.md), false",
        "[x](../src), false",
        "see `Real.java` and src/a/Real.java, false",
        "[x](none.md), true",
        "[x](README.md), true",
        "[x](../README.md#no-heading), true",
        "see `Gone.java`, true",
        "see b/Real.java, true",
    })
    void linkToNowhereIsFound(String line, boolean found) {
        Map<String, String> files = Map.of(
                "docs/a.md", "first\n" + line,
                "docs/b.md", "",
                "README.md", "# A heading: & two\n",
                "src/a/Real.java", "");
        List<String> findings = new DocumentLinks(files.keySet(), files::get).findings("docs/a.md");
        if (found) {
            assertFound("docs/a.md:2", findings);
        } else {
            assertEquals(List.of(), findings);
        }
    }

    @Test
    void invariantThatNoDocumentListsIsFound() {
        Set<String> listed = CitedInvariants.listed("| M2 | blocks |\nS01..S03 and D1-D4", "S03b");
        assertFound("A.java:2", CitedInvariants.findings(source("A.java", "", "// so that (M3) holds"), listed));
        assertFound("A.java:1", CitedInvariants.findings(source("A.java", "/** Scenario S04. */"), listed));
        assertEquals(
                List.of(),
                CitedInvariants.findings(
                        source("A.java", "// M2, S02, S03b, D3; crc D12345 and 0xD9", "int M9 = 0;"), listed));
    }

    @Test
    void optionAndMetricThatNobodyDescribedAreFound() {
        JavaSource options = source("A.java", "@Option(", "        names = \"--admin-port\",");
        assertFound("A.java:2", OperatorDocs.optionFindings(options, "`--port`, `--admin-port-range`"));
        assertEquals(List.of(), OperatorDocs.optionFindings(options, "| `--admin-port` | loopback |"));
        JavaSource metrics = source("A.java", "static final String LINES = \"daxkv.flushed.lines\";");
        assertFound("A.java:1", OperatorDocs.metricFindings(metrics, "daxkv.flushed and daxkv_flushed_lines_of"));
        assertEquals(List.of(), OperatorDocs.metricFindings(metrics, "see `daxkv_flushed_lines_total`"));
        assertEquals(List.of(), OperatorDocs.metricFindings(metrics, "see `daxkv.flushed.lines`."));
    }

    @Test
    void versionInAModulesBuildFileIsFound() {
        String parent = "<project>\n<parent>\n<version>1</version>\n</parent>\n";
        assertEquals(List.of(), PomVersions.findings("m/pom.xml", parent + "<version>${jmh.version}</version>"));
        assertFound("m/pom.xml:5", PomVersions.findings("m/pom.xml", parent + "<version>1.2.3</version>"));
    }
}
