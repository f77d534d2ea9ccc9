package io.daxkv.bench.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/**
 * How far a run is, on the error stream: a bar on a terminal, elsewhere a plain line now and then, so that logs stay
 * readable.
 *
 * <p><b>Threads.</b> Confined to one thread.
 */
public final class Progress implements AutoCloseable {
    private static final long LINE_INTERVAL_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final String task;
    private final long total;
    private final ProgressBar bar;
    private long lastLineNanos = System.nanoTime();

    /** Starts at 0 of {@code total}. */
    public Progress(String task, long total) {
        this.task = task;
        this.total = total;
        this.bar = isTerminal()
                ? new ProgressBarBuilder()
                        .setTaskName(task)
                        .setInitialMax(total)
                        .setStyle(ProgressBarStyle.ASCII)
                        .build()
                : null;
    }

    /** Shows that {@code done} are done; {@code note} says what was seen so far. */
    public void at(long done, String note) {
        if (bar != null) {
            bar.stepTo(Math.min(done, total));
            bar.setExtraMessage(" " + note);
            return;
        }
        long nowNanos = System.nanoTime();
        if (nowNanos - lastLineNanos >= LINE_INTERVAL_NANOS) {
            lastLineNanos = nowNanos;
            System.err.println(task + ": " + done + "/" + total + " " + note);
        }
    }

    @Override
    public void close() {
        if (bar != null) {
            bar.close();
        }
    }

    /** From JDK 22 on a console object exists without a terminal too, so the descriptor itself is asked first. */
    private static boolean isTerminal() {
        Path descriptor = Path.of("/proc/self/fd/2");
        if (!Files.isSymbolicLink(descriptor)) {
            return System.console() != null;
        }
        try {
            String target = Files.readSymbolicLink(descriptor).toString();
            return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty");
        } catch (IOException e) {
            return false;
        }
    }
}
