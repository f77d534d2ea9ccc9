package io.daxkv.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/**
 * The files that bring up server, Prometheus and Grafana parse, name only files that exist, point at each other, and
 * keep the doors shut. Not covered: that the containers run, which takes a container engine. That every metric of the
 * dashboard exists is {@code DashboardMetricsTest}'s business.
 */
class DeployFilesTest {
    private static final Path ROOT = Path.of(System.getProperty("daxkv.root", ".."));

    private final Map<String, Object> compose = yaml("docker-compose.yml");

    private static Map<String, Object> yaml(String file) {
        try (Reader reader = Files.newBufferedReader(ROOT.resolve(file))) {
            return new Yaml(new SafeConstructor(new LoaderOptions())).load(reader);
        } catch (IOException e) {
            throw new AssertionError("cannot read " + file, e);
        }
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> map(Object parent, String key) {
        Object child = ((Map<String, Object>) parent).get(key);
        assertNotNull(child, () -> "missing: key=" + key + ", in=" + parent);
        return (Map<String, Object>) child;
    }

    @SuppressWarnings("unchecked")
    private static List<Object> list(Object parent, String key) {
        Object child = ((Map<String, Object>) parent).get(key);
        return child == null ? List.of() : (List<Object>) child;
    }

    private List<String> services() {
        return List.copyOf(map(compose, "services").keySet());
    }

    private Map<String, Object> service(String name) {
        return map(map(compose, "services"), name);
    }

    @Test
    void everyServiceRunsWithoutPrivileges() {
        assertEquals(List.of("daxkv", "prometheus", "grafana"), services());
        for (String name : services()) {
            Map<String, Object> service = service(name);
            assertEquals(true, service.get("read_only"), name);
            assertEquals(List.of("ALL"), list(service, "cap_drop"), name);
            assertEquals(List.of("no-new-privileges:true"), list(service, "security_opt"), name);
            assertFalse(service.containsKey("privileged"), name);
        }
    }

    @Test
    void portsArePublishedOnLoopbackOnly() {
        for (String name : services()) {
            for (Object port : list(service(name), "ports")) {
                assertTrue(port.toString().startsWith("127.0.0.1:"), name + " publishes " + port);
            }
        }
    }

    @Test
    void everyMountExists() {
        Map<String, Object> volumes = map(compose, "volumes");
        for (String name : services()) {
            for (Object mount : list(service(name), "volumes")) {
                String source = mount.toString().split(":")[0];
                boolean exists = source.startsWith("./")
                        ? Files.exists(ROOT.resolve(source)) && mount.toString().endsWith(":ro")
                        : volumes.containsKey(source);
                assertTrue(exists, name + " mounts " + mount);
            }
        }
    }

    @Test
    void serverImageIsBuiltFromFilesThatExist() throws IOException {
        Path dockerfile =
                ROOT.resolve(map(service("daxkv"), "build").get("dockerfile").toString());
        List<String> lines = Files.readAllLines(dockerfile);

        for (String line : lines) {
            if (line.startsWith("COPY ") && !line.contains("--from=")) {
                String[] words = line.split(" ");
                for (int i = 1; i < words.length - 1; i++) {
                    assertTrue(Files.exists(ROOT.resolve(words[i])), "no such file: line=" + line);
                }
            }
        }
        int user = lines.indexOf("USER 10001:10001");
        assertTrue(user > 0 && user < lines.lastIndexOf(entry(lines, "ENTRYPOINT")), "runs as root");
        assertTrue(String.join("\n", lines).contains("useradd --uid 10001"), "no fixed user id");
        assertNotNull(entry(lines, "VOLUME /data"));
    }

    private static String entry(List<String> lines, String start) {
        return lines.stream().filter(line -> line.startsWith(start)).findFirst().orElse(null);
    }

    @Test
    void healthIsAskedByPing() throws IOException {
        String inCompose = list(map(service("daxkv"), "healthcheck"), "test").toString();
        String inImage = Files.readString(ROOT.resolve("server/Dockerfile"));

        for (String text : List.of(inCompose, inImage)) {
            assertTrue(text.contains("/dev/tcp/127.0.0.1/6379") && text.contains("PING"), text);
        }
    }

    @Test
    void prometheusAndGrafanaFindTheirSources() {
        String targets = list(yaml("deploy/prometheus.yml"), "scrape_configs").toString();
        Object source = list(yaml("deploy/grafana/provisioning/datasources/prometheus.yml"), "datasources")
                .get(0);
        Object provider = list(yaml("deploy/grafana/provisioning/dashboards/daxkv.yml"), "providers")
                .get(0);

        assertTrue(targets.contains("127.0.0.1:9121"), targets);
        assertEquals("service:daxkv", service("prometheus").get("network_mode"), "127.0.0.1 is the server's");
        assertTrue(source.toString().contains("url=http://daxkv:9090"), source.toString());
        String path = map(provider, "options").get("path").toString();
        assertTrue(
                list(service("grafana"), "volumes").stream()
                        .anyMatch(mount -> mount.toString().contains(":" + path + ":ro")),
                "dashboards are not mounted at " + path);
    }

    @Test
    void everyPanelUsesTheProvisionedSource() throws IOException {
        JsonNode dashboard = new ObjectMapper()
                .readTree(ROOT.resolve("deploy/grafana/dashboards/daxkv.json").toFile());
        Object source = list(yaml("deploy/grafana/provisioning/datasources/prometheus.yml"), "datasources")
                .get(0);
        String uid = ((Map<?, ?>) source).get("uid").toString();

        assertTrue(dashboard.get("panels").size() > 10);
        for (JsonNode panel : dashboard.get("panels")) {
            assertEquals(
                    uid,
                    panel.at("/datasource/uid").asText(),
                    panel.get("title").asText());
            assertTrue(panel.get("targets").size() > 0, panel.get("title").asText());
        }
    }
}
