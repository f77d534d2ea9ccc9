package io.daxkv.server.admin;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * {@code GET /metrics}, {@code /healthz} (the process answers) and {@code /readyz} (the store takes requests), on
 * loopback only: what it shows is nobody's business but the operator's.
 *
 * <p><b>Threads.</b> One thread of its own answers, one request after the other.
 */
public final class AdminServer implements AutoCloseable {
    private static final String NO_DELAY = "sun.net.httpserver.nodelay";
    private static final String TEXT = "text/plain; charset=utf-8";
    private static final String METRICS = "text/plain; version=0.0.4; charset=utf-8";
    private static final int OK = 200;
    private static final int NOT_FOUND = 404;
    private static final int NOT_ALLOWED = 405;
    private static final int UNAVAILABLE = 503;

    private final HttpServer http;
    private final ExecutorService thread;

    private AdminServer(HttpServer http, ExecutorService thread) {
        this.http = http;
        this.thread = thread;
    }

    /** Starts listening on loopback; port 0 picks a free one. */
    public static AdminServer start(int port, Supplier<String> scrape, BooleanSupplier isReady) throws IOException {
        if (System.getProperty(NO_DELAY) == null) {
            // Without it every scrape waits 40 ms for a delayed acknowledgement.
            System.setProperty(NO_DELAY, "true");
        }
        HttpServer http = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
        ExecutorService thread = Executors.newSingleThreadExecutor(task -> {
            Thread made = new Thread(task, "daxkv-admin");
            made.setDaemon(true);
            return made;
        });
        http.setExecutor(thread);
        http.createContext("/", exchange -> answer(exchange, NOT_FOUND, TEXT, "not found\n"));
        page(http, "/metrics", exchange -> answer(exchange, OK, METRICS, scrape.get()));
        page(http, "/healthz", exchange -> answer(exchange, OK, TEXT, "ok\n"));
        page(http, "/readyz", exchange -> {
            boolean ready = isReady.getAsBoolean();
            answer(exchange, ready ? OK : UNAVAILABLE, TEXT, ready ? "ready\n" : "not ready\n");
        });
        http.start();
        return new AdminServer(http, thread);
    }

    public int port() {
        return http.getAddress().getPort();
    }

    @Override
    public void close() {
        http.stop(0);
        thread.shutdownNow();
    }

    private static void page(HttpServer http, String path, Page page) {
        http.createContext(path, exchange -> {
            if (!exchange.getRequestMethod().equals("GET")) {
                exchange.getResponseHeaders().set("Allow", "GET");
                answer(exchange, NOT_ALLOWED, TEXT, "only GET\n");
            } else if (!exchange.getRequestURI().getPath().equals(path)) {
                answer(exchange, NOT_FOUND, TEXT, "not found\n");
            } else {
                page.answer(exchange);
            }
        });
    }

    private static void answer(HttpExchange exchange, int status, String type, String text) throws IOException {
        byte[] body = text.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", type);
        exchange.sendResponseHeaders(status, body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    /** Answers a GET. */
    @FunctionalInterface
    private interface Page {
        void answer(HttpExchange exchange) throws IOException;
    }
}
