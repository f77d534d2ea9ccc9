package io.daxkv.server;

import io.daxkv.server.admin.AdminServer;
import io.daxkv.server.command.CommandCall;
import io.daxkv.server.command.CommandDispatcher;
import io.daxkv.server.command.CommandSpec;
import io.daxkv.server.command.CommandTable;
import io.daxkv.server.command.ServerView.Durability;
import io.daxkv.server.commit.CommitSource;
import io.daxkv.server.commit.LoopCommit;
import io.daxkv.server.metrics.LoopCounters;
import io.daxkv.server.metrics.MetricSources;
import io.daxkv.server.metrics.StoreMetrics;
import io.daxkv.server.net.Admission;
import io.daxkv.server.net.Connections;
import io.daxkv.server.net.LoopContext;
import io.daxkv.server.net.RespServer;
import io.daxkv.storage.kv.KvClock;
import io.daxkv.storage.kv.KvOptions;
import io.daxkv.storage.kv.KvStore;
import io.netty.util.concurrent.EventExecutor;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.IntConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A running server: store, network and admin port, started in order and stopped in the other.
 *
 * <p><b>Durability.</b> {@link #close} answers what was received, commits it, and closes the store.
 *
 * <p><b>Threads.</b> Safe for use by many threads.
 *
 * <p><b>Failure.</b> When write-back fails, all connections close without an answer and the process ends with
 * {@link ExitCode#WRITE_BACK_FAILED}.
 */
public final class DaxkvServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(DaxkvServer.class);
    private static final long STOP_PATIENCE_MS = 5_000;
    private static final int NO_ADMIN = -1;

    private final ServerOptions options;
    private final IntConsumer exit;
    private final StoreFile file;
    private final Connections connections;
    private final RespServer network;
    private final CommandTable table = CommandTable.standard();
    private final ServerStatus status;
    private final List<LoopCounters> counters = new ArrayList<>();
    private final CountDownLatch stopAsked = new CountDownLatch(1);
    private final AtomicBoolean hasFailed = new AtomicBoolean();
    private ServerFacts facts;
    private StoreMetrics metrics;
    private AdminServer admin;
    private volatile boolean isReady;
    private boolean isClosed;

    private DaxkvServer(ServerOptions options, StoreFile file, IntConsumer exit) {
        this.options = options;
        this.file = file;
        this.exit = exit;
        this.connections = new Connections(options.limits().clientCountMax());
        this.network = new RespServer(
                options.loopCount(),
                options.limits(),
                new Admission(options.isProtected(), KvClock.SYSTEM),
                connections);
        this.status = new ServerStatus(
                options,
                file.arena().medium().survivesPowerLoss(),
                table,
                connections,
                KvClock.SYSTEM,
                stopAsked::countDown);
    }

    /**
     * Opens the store, recovers it, and listens.
     *
     * @param exit ends the process with a code after a failed write-back
     * @throws IOException if a port is taken
     */
    public static DaxkvServer start(ServerOptions options, IntConsumer exit) throws IOException, InterruptedException {
        StoreFile file = StoreFile.open(options, kvOptions(options));
        DaxkvServer server = new DaxkvServer(options, file, exit);
        try {
            server.listen();
            return server;
        } catch (IOException | InterruptedException | RuntimeException e) {
            server.close();
            throw e;
        }
    }

    private static KvOptions kvOptions(ServerOptions options) {
        return new KvOptions(
                KvOptions.Durability.valueOf(options.durability().name()), options.interval(), 0, KvClock.SYSTEM);
    }

    private void listen() throws IOException, InterruptedException {
        KvStore store = file.store();
        // Before the first byte can be acknowledged: a durable LSN that nobody hears of strands its replies, and a
        // failure that nobody hears of would leave the server promising.
        store.addFailureListener(this::fail);
        network.prepare(this::context);
        store.addDurableListener(
                lsn -> network.contexts().forEach(context -> context.commit().wake()));
        scheduleUpkeep(store);
        int port = network.bind(options.bind(), options.port());
        startAdmin(store);
        int adminPort = admin == null ? NO_ADMIN : admin.port();
        facts = new ServerFacts(options, file.arena().medium(), port, adminPort, store.nowMs());
        status.started(facts, new InfoReport(facts, file, connections, table, counters));
        // Last: the first request may be INFO.
        network.accept();
        isReady = true;
    }

    private LoopContext context(EventExecutor loop) {
        KvStore store = file.store();
        CommandDispatcher dispatcher =
                new CommandDispatcher(table, options.limits().keySizeMax());
        LoopCounters loopCounters = new LoopCounters(table.rows().size());
        counters.add(loopCounters);
        return new LoopContext(
                new LoopCommit(loop, CommitSource.of(store), this::fail),
                new CommandCall(store, status, dispatcher, new SplittableRandom()),
                dispatcher,
                loopCounters,
                this::fail);
    }

    private void scheduleUpkeep(KvStore store) {
        Upkeep upkeep = new Upkeep(store, this::fail);
        network.everyMs(Upkeep.EXPIRE_PERIOD_MS, upkeep::expire);
        if (options.durability() != Durability.NONE) {
            network.everyMs(Math.max(1, options.interval().toMillis()), upkeep::commit);
        }
    }

    private void startAdmin(KvStore store) throws IOException {
        if (options.adminPort() == NO_ADMIN) {
            return;
        }
        metrics = new StoreMetrics(new MetricSources(
                store,
                file.arena().memory().counters(),
                List.copyOf(counters),
                table.rows().stream().map(CommandSpec::name).toList(),
                new MetricSources.ConnectionCounts(
                        connections::count, connections::acceptedCount, connections::rejectedCount),
                new MetricSources.Promise(
                        ServerFacts.mediumName(file.arena().medium()),
                        options.durability().name().toLowerCase(Locale.ROOT),
                        file.arena().medium().survivesPowerLoss() && options.durability() == Durability.ALWAYS)));
        admin = AdminServer.start(options.adminPort(), metrics::scrape, () -> isReady && !hasFailed.get());
    }

    /** Returns the RESP port in use. */
    public int port() {
        return facts.port();
    }

    /** Returns the admin port in use, -1 if there is none. */
    public int adminPort() {
        return facts.adminPort();
    }

    /** Returns the one line that tools read to learn that the server is up. */
    public String readyLine() {
        return "daxkv ready: port=" + facts.port() + " admin=" + facts.adminPort() + " medium=" + facts.mediumName()
                + " durability=" + facts.durabilityName() + " keys="
                + file.store().keyCount() + " recovered_ms="
                + file.store().counters().recoveryNanos() / 1_000_000;
    }

    /** Returns the medium in a sentence for people. */
    public String mediumDescription() {
        return facts.medium().description();
    }

    /** Waits until a client or {@link #askToStop} asks for the end. */
    public void awaitStop() throws InterruptedException {
        stopAsked.await();
    }

    /** Asks for an orderly stop; returns at once. */
    public void askToStop() {
        stopAsked.countDown();
    }

    /** Ends all promises: called once a write-back has failed, by whoever saw it. */
    void fail(Throwable cause) {
        if (!hasFailed.compareAndSet(false, true)) {
            return;
        }
        isReady = false;
        LOG.error("write-back failed, nothing is acknowledged any more: exit={}", ExitCode.WRITE_BACK_FAILED, cause);
        network.abandonAll();
        exit.accept(ExitCode.WRITE_BACK_FAILED);
    }

    /** Stops accepting, answers and commits what was received, closes the store; a second call does nothing. */
    @Override
    public synchronized void close() {
        if (isClosed) {
            return;
        }
        isClosed = true;
        isReady = false;
        try {
            network.stop(STOP_PATIENCE_MS);
            network.close();
        } catch (InterruptedException e) {
            // Whoever interrupts a stop wants it faster: the store is still closed in order.
            Thread.currentThread().interrupt();
        } finally {
            closeStore();
        }
    }

    private void closeStore() {
        if (admin != null) {
            admin.close();
            metrics.close();
        }
        if (hasFailed.get()) {
            // To close the store is to commit, and a second fsync after a failed one would succeed and lie.
            return;
        }
        file.close();
    }
}
