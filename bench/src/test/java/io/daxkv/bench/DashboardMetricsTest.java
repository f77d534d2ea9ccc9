package io.daxkv.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.daxkv.bench.child.ServerLaunch;
import io.daxkv.bench.child.ServerProcess;
import io.daxkv.bench.wire.RespClient;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every metric a panel of the dashboard asks for is one the server shows, under exactly that name. */
class DashboardMetricsTest {
    private static final Path DASHBOARD =
            Path.of(System.getProperty("daxkv.root", ".."), "deploy/grafana/dashboards/daxkv.json");
    private static final Pattern METRIC = Pattern.compile("daxkv_[a-z0-9_]+");
    private static final Pattern ADMIN = Pattern.compile("admin=(\\d+)");
    private static final Duration TIMEOUT = Duration.ofMinutes(1);

    @TempDir
    private Path directory;

    @Test
    void everyPanelsMetricsExist() throws IOException, InterruptedException {
        Set<String> shown = shownByServer();
        Set<String> missing = new TreeSet<>();
        int asked = 0;
        for (JsonNode panel : new ObjectMapper().readTree(DASHBOARD.toFile()).get("panels")) {
            for (JsonNode target : panel.get("targets")) {
                Matcher metric = METRIC.matcher(target.get("expr").asText());
                while (metric.find()) {
                    asked++;
                    if (!shown.contains(metric.group())) {
                        missing.add(panel.get("title").asText() + ": " + metric.group());
                    }
                }
            }
        }
        assertEquals(Set.of(), missing);
        assertTrue(asked > 20, "asked=" + asked);
    }

    private Set<String> shownByServer() throws IOException, InterruptedException {
        ServerLaunch launch = new ServerLaunch(
                ServerLaunch.DAXKV,
                directory.resolve("metrics.pmem"),
                List.of("--admin-port", "0", "--size", "64m", "--persistence", "page"));
        try (ServerProcess server = ServerProcess.start(launch)) {
            server.awaitReady(TIMEOUT);
            try (RespClient client = RespClient.connect("127.0.0.1", server.port(), TIMEOUT)) {
                client.call("SET", "k", "v");
            }
            Matcher admin = ADMIN.matcher(server.readyLine());
            assertTrue(admin.find(), server.readyLine());
            HttpResponse<String> scrape = HttpClient.newHttpClient()
                    .send(
                            HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + admin.group(1) + "/metrics"))
                                    .build(),
                            HttpResponse.BodyHandlers.ofString());
            Set<String> names = new TreeSet<>();
            scrape.body().lines().forEach(line -> {
                Matcher name = METRIC.matcher(line);
                if (name.lookingAt()) {
                    names.add(name.group());
                }
            });
            return names;
        }
    }
}
