package io.daxkv.tidy;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * The source tree keeps the house rules. {@code TidyRulesTest} shows that each rule can fail.
 *
 * <p>Not covered: what takes judgement, such as names, comments and whether a test tests.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS) // The tree is read once.
class TidyTest {
    /** Files and methods over budget, with the reason. The list only shrinks. */
    private static final Set<String> OVER_BUDGET = Set.of();

    private static final String INVARIANTS = "ARCHITECTURE.md";
    private static final String SCENARIOS = "docs/testing.md";
    private static final String OPERATIONS = "docs/operations.md";

    private final SourceTree tree = SourceTree.ofBuild();
    private final List<JavaSource> sources = tree.javaSources();
    private final List<String> findings = new ArrayList<>();

    @BeforeEach
    void startClean() {
        findings.clear();
    }

    private void assertTidy() {
        assertTrue(findings.isEmpty(), () -> findings.size() + " findings\n" + String.join("\n", findings));
    }

    @Test
    void theTreeIsTheWholeProject() {
        for (String module : List.of("storage-dax", "server", "client", "bench")) {
            assertTrue(
                    sources.stream().anyMatch(source -> source.path().startsWith(module + "/src/main/java/")),
                    () -> "no sources found: module=" + module);
        }
    }

    @Test
    void importsPointDown() {
        sources.forEach(source -> findings.addAll(ImportRules.findings(source)));
        assertTidy();
    }

    @Test
    void nobodyMakesABannedCall() {
        sources.forEach(source -> findings.addAll(BannedCalls.findings(source)));
        assertTidy();
    }

    @Test
    void filesMethodsAndLinesStayInBudget() {
        findings.addAll(new SizeBudgets(OVER_BUDGET).findings(sources));
        assertTidy();
    }

    @Test
    void documentsLinkToWhatExists() {
        DocumentLinks links = new DocumentLinks(tree.paths(), tree::read);
        tree.paths().stream()
                .filter(path -> path.endsWith(".md"))
                .forEach(path -> findings.addAll(links.findings(path)));
        assertTidy();
    }

    @Test
    void everyInvariantCitedIsListed() {
        Set<String> listed = CitedInvariants.listed(tree.read(INVARIANTS), tree.read(SCENARIOS));
        sources.stream()
                .filter(source -> !source.isTest())
                .forEach(source -> findings.addAll(CitedInvariants.findings(source, listed)));
        assertTidy();
    }

    @Test
    void everyOptionAndMetricIsDescribed() {
        String operations = tree.read(OPERATIONS);
        boolean optionsSeen = false;
        boolean metricsSeen = false;
        for (JavaSource source : sources) {
            if (!source.path().startsWith("server/src/main/")) {
                continue;
            }
            if (source.path().endsWith("/ServeArguments.java") || source.path().endsWith("/CheckCommand.java")) {
                optionsSeen = true;
                findings.addAll(OperatorDocs.optionFindings(source, operations));
            } else if (source.path().endsWith("/MetricNames.java")) {
                metricsSeen = true;
                findings.addAll(OperatorDocs.metricFindings(source, operations));
            }
        }
        assertTrue(optionsSeen && metricsSeen, "the classes that declare options and metrics were renamed");
        assertTidy();
    }

    @Test
    void moduleBuildFilesNameNoVersion() {
        List<String> poms =
                tree.paths().stream().filter(path -> path.endsWith("/pom.xml")).toList();
        assertFalse(poms.isEmpty(), "no module has a pom.xml");
        poms.forEach(path -> findings.addAll(PomVersions.findings(path, tree.read(path))));
        assertTidy();
    }
}
