package io.daxkv.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.daxkv.bench.verify.ToyServer;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/**
 * The command line keeps its word: exit codes, figures in table and JSON, and the real server, killed for real, passes
 * what the toy with a sin does not.
 */
class BenchMainTest {
    @TempDir
    private Path directory;

    private final StringWriter out = new StringWriter();

    private int run(String... words) {
        CommandLine line = BenchMain.commandLine();
        line.setOut(new PrintWriter(out));
        line.setErr(new PrintWriter(out));
        return line.execute(words);
    }

    private int runOnSmallServer(String... words) {
        List<String> all = new ArrayList<>(List.of(words));
        all.addAll(List.of("--file", directory.resolve("bench.pmem").toString()));
        all.addAll(List.of("--size", "64m", "--persistence", "page"));
        return run(all.toArray(String[]::new));
    }

    private JsonNode figures(Path json) throws IOException {
        JsonNode document = new ObjectMapper().readTree(json.toFile());
        assertTrue(document.at("/machine/jdk").asText().contains(System.getProperty("java.runtime.version")));
        assertTrue(document.at("/machine/cpu").isTextual()
                && document.at("/machine/commit").isTextual());
        return document.get("figures");
    }

    @Test
    void usageErrorsAreTwo() {
        assertEquals(2, run("load", "--clients", "none"));
        assertEquals(2, run("load", "--clients", "0"));
        assertEquals(2, run("load", "--ratio", "much"));
        assertEquals(2, run("nothing"));
    }

    @Test
    void realServerLosesNothingWhenKilled() throws IOException {
        Path json = directory.resolve("durability.json");

        int exit = runOnSmallServer(
                "durability",
                "--cycles",
                "3",
                "--seed",
                "7",
                "--double-kill-every",
                "2",
                "--write-ms",
                "400",
                "--json",
                json.toString());

        assertEquals(0, exit, out::toString);
        JsonNode figures = figures(json);
        assertEquals(3, figures.get("cycles").asInt());
        assertEquals(1, figures.get("kills_in_recovery").asInt());
        assertEquals(0, figures.get("lost").asInt());
        assertTrue(figures.get("acknowledged_writes_verified").asLong() > 10, out::toString);
        assertTrue(out.toString().contains("A kill shows what the server appended"), out::toString);
    }

    @Test
    void serverThatAcknowledgesTooEarlyIsExitOne() {
        int exit = runOnSmallServer(
                "durability",
                "--cycles",
                "10",
                "--server-main",
                ToyServer.class.getName(),
                "--server-option=--sin=EARLY_ACK");

        assertEquals(1, exit, out::toString);
        assertTrue(out.toString().contains("LOST: key="), out::toString);
    }

    @Test
    void classFilesOfTheJdkSurviveAKill() throws IOException {
        Path json = directory.resolve("jdk.json");

        int exit = runOnSmallServer("load", "--dataset", "jdk", "--limit", "700", "--json", json.toString());

        assertEquals(0, exit, out::toString);
        JsonNode figures = figures(json);
        assertEquals(700, figures.get("entries").asInt());
        assertEquals(700, figures.get("verified_before_kill").asInt());
        assertEquals(700, figures.get("verified_after_restart").asInt());
        assertEquals(0, figures.get("differences").asInt());
    }

    @Test
    void loadReportsWhatItSent() throws IOException {
        Path json = directory.resolve("load.json");

        int exit = runOnSmallServer(
                "load",
                "--requests",
                "5000",
                "--clients",
                "5",
                "--pipeline",
                "8",
                "--keys",
                "500",
                "--kill",
                "--json",
                json + "");

        assertEquals(0, exit, out::toString);
        JsonNode figures = figures(json);
        assertEquals(5000, figures.get("requests").asInt());
        assertEquals(0, figures.get("errors").asInt());
        assertEquals(0, figures.get("nil_replies").asInt(), "every key was stored before");
        assertTrue(figures.get("latency_p99").asDouble() > 0);
        assertTrue(figures.get("restarted").asText().contains("keys=500"), out::toString);
        assertTrue(figures.get("recovery").asLong() >= 0, out::toString);
    }
}
