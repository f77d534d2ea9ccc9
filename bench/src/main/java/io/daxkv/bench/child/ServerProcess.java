package io.daxkv.bench.child;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One run of a server. It ends by {@link #kill}, {@link #stop} or with this JVM.
 *
 * <p><b>Threads.</b> Safe for use by many threads.
 *
 * <p><b>Failure.</b> {@link ServerFailedException}, with the last lines the server printed.
 */
public final class ServerProcess implements AutoCloseable {
    private static final Pattern READY = Pattern.compile("daxkv ready: (.*\\bport=(\\d+).*)");
    private static final Pattern RECOVERED = Pattern.compile("\\brecovered_ms=(\\d+)");
    private static final int KEPT_LINE_COUNT = 40;
    private static final Duration STOP_TIMEOUT = Duration.ofSeconds(30);

    private final Process process;
    private final Thread killer;
    private final long startedNanos = System.nanoTime();
    private final CompletableFuture<Long> readyNanos = new CompletableFuture<>();
    private final Deque<String> lastLines = new ArrayDeque<>();
    private volatile int port;
    private volatile String readyLine = "";

    private ServerProcess(Process process) {
        this.process = process;
        this.killer = new Thread(process::destroyForcibly, "server-killer");
        Runtime.getRuntime().addShutdownHook(killer);
        Thread reader = new Thread(this::readOutput, "server-output");
        reader.setDaemon(true);
        reader.start();
    }

    /** Starts the server; {@link #awaitReady} says when it serves. */
    public static ServerProcess start(ServerLaunch launch) {
        try {
            return new ServerProcess(new ProcessBuilder(launch.command())
                    .redirectErrorStream(true)
                    .start());
        } catch (IOException e) {
            throw new ServerFailedException("server did not start: main=" + launch.mainClass(), e);
        }
    }

    /** Waits for the ready line and returns how long it took since the start. */
    public Duration awaitReady(Duration timeout) {
        try {
            long atNanos = readyNanos.get(timeout.toNanos(), TimeUnit.NANOSECONDS);
            return Duration.ofNanos(atNanos - startedNanos);
        } catch (TimeoutException | ExecutionException e) {
            String state = process.isAlive() ? "running" : "exit=" + process.exitValue();
            kill();
            throw new ServerFailedException(
                    "server not ready: waitedMs=" + timeout.toMillis() + ", state=" + state + "\n" + output(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ServerFailedException("interrupted while the server started", e);
        }
    }

    public int port() {
        return port;
    }

    /** Returns what the server said when it was ready: medium, durability, keys. */
    public String readyLine() {
        return readyLine;
    }

    /** Returns how long the store's own recovery took, without the start of the JVM; -1 if the server does not say. */
    public long recoveredMs() {
        Matcher recovered = RECOVERED.matcher(readyLine);
        return recovered.find() ? Long.parseLong(recovered.group(1)) : -1;
    }

    /** Waits for {@code time} to pass; returns true if the server ended by itself meanwhile. */
    public boolean endsWithin(Duration time) throws InterruptedException {
        return process.waitFor(time.toNanos(), TimeUnit.NANOSECONDS);
    }

    /** Kills the server as {@code kill -9} does and waits until it is gone. */
    public void kill() {
        process.destroyForcibly();
        awaitEnd();
    }

    /** Asks the server to end, as {@code kill} does, and returns its exit code. */
    public int stop() {
        process.destroy();
        return awaitEnd();
    }

    /** Returns the last lines the server printed. */
    public String output() {
        synchronized (lastLines) {
            return String.join("\n", lastLines);
        }
    }

    @Override
    public void close() {
        kill();
    }

    private int awaitEnd() {
        try {
            if (!process.waitFor(STOP_TIMEOUT.toNanos(), TimeUnit.NANOSECONDS)) {
                process.destroyForcibly().waitFor();
            }
            Runtime.getRuntime().removeShutdownHook(killer);
        } catch (IllegalStateException e) {
            // The JVM is ending: the hook has run or is about to.
            return process.isAlive() ? -1 : process.exitValue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return -1;
        }
        return process.exitValue();
    }

    private void readOutput() {
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                keep(line);
                Matcher ready = READY.matcher(line);
                if (ready.find()) {
                    port = Integer.parseInt(ready.group(2));
                    readyLine = ready.group(1);
                    readyNanos.complete(System.nanoTime());
                }
            }
        } catch (IOException e) {
            keep("output lost: " + e.getMessage());
        }
        readyNanos.completeExceptionally(new IOException("output ended before the ready line"));
    }

    private void keep(String line) {
        synchronized (lastLines) {
            if (lastLines.size() == KEPT_LINE_COUNT) {
                lastLines.removeFirst();
            }
            lastLines.addLast(line);
        }
    }
}
