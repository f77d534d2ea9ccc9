package io.daxkv.server;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.daxkv.server.command.CommandCall;
import io.daxkv.server.command.CommandDispatcher;
import io.daxkv.server.command.CommandTable;
import io.daxkv.server.command.ServerView;
import io.daxkv.server.commit.CommitSource;
import io.daxkv.server.commit.LoopCommit;
import io.daxkv.server.metrics.LoopCounters;
import io.daxkv.server.net.Admission;
import io.daxkv.server.net.Connection;
import io.daxkv.server.net.Connections;
import io.daxkv.server.net.LoopContext;
import io.daxkv.storage.dax.DaxVolume;
import io.daxkv.storage.kv.KvOptions;
import io.daxkv.storage.kv.KvStore;
import io.daxkv.storage.testkit.ManualClock;
import io.daxkv.storage.testkit.RecordingPmem;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.embedded.EmbeddedChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;

/**
 * A server without sockets and threads: a real store on recorded memory, real connections on embedded channels, a clock
 * the test owns. Each connection has a loop of its own. A store that failed is left as it is. {@link #close} proves
 * that no buffer leaked.
 */
public final class EmbeddedServer implements AutoCloseable {
    private static final long PMEM_SIZE = 64L << 20;
    private static final int ROUNDS = 3;

    public final ManualClock clock = new ManualClock();
    public final RecordingPmem pmem = new RecordingPmem(PMEM_SIZE);
    public final DaxVolume volume = DaxVolume.format(pmem);
    public final KvStore store = KvStore.open(volume, KvOptions.defaults().withClock(clock));
    public final List<Throwable> failures = new ArrayList<>();
    public final View view;
    private final UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(false, true);
    private final Connections connections;
    private final List<EmbeddedChannel> channels = new ArrayList<>();
    private final List<LoopCommit> loops = new ArrayList<>();
    private final CommitSource commits;

    public EmbeddedServer() {
        this(ServerLimits.defaults(), null);
    }

    /** Makes a server with limits of its own and, if {@code commits} is not null, without the store's commits. */
    public EmbeddedServer(ServerLimits limits, CommitSource commits) {
        this.view = new View(limits);
        this.commits = commits == null ? CommitSource.of(store) : commits;
        this.connections = new Connections(limits.clientCountMax());
        store.addDurableListener(lsn -> loops.forEach(LoopCommit::wake));
    }

    /** Opens a connection. */
    public EmbeddedChannel connect() {
        EmbeddedChannel channel = new EmbeddedChannel(new ChannelInitializer<Channel>() {
            @Override
            protected void initChannel(Channel made) {
                made.config().setAllocator(allocator);
                made.pipeline().addLast(connection(made));
            }
        });
        channel.freezeTime();
        channels.removeIf(old -> !old.isOpen());
        channels.add(channel);
        return channel;
    }

    private Connection connection(Channel channel) {
        CommandDispatcher dispatcher =
                new CommandDispatcher(view.table(), view.limits().keySizeMax());
        LoopCommit commit = new LoopCommit(channel.eventLoop(), commits, failures::add);
        loops.add(commit);
        LoopContext context = new LoopContext(
                commit,
                new CommandCall(store, view, dispatcher, new SplittableRandom(1)),
                dispatcher,
                new LoopCounters(view.table().rows().size()),
                failures::add);
        return new Connection(context, new Admission(true, clock), connections, view.limits());
    }

    /** Tells all loops that the durable LSN moved, and runs them. */
    public void wake() {
        loops.forEach(LoopCommit::wake);
        runAll();
    }

    /** Lets time pass on the channels' schedulers. */
    public void passTime(long ms) {
        for (EmbeddedChannel channel : channels) {
            channel.advanceTimeBy(ms, java.util.concurrent.TimeUnit.MILLISECONDS);
        }
        runAll();
    }

    /** Runs the loops until what they start for each other is done: a timer starts a task, which starts a run. */
    private void runAll() {
        for (int i = 0; i < ROUNDS; i++) {
            for (EmbeddedChannel channel : channels) {
                channel.runScheduledPendingTasks();
                channel.runPendingTasks();
            }
        }
    }

    /** Sends bytes and returns the replies to them and to what waited before. */
    public String exchange(EmbeddedChannel channel, String bytes) {
        channel.writeInbound(Unpooled.copiedBuffer(bytes, StandardCharsets.ISO_8859_1));
        runAll();
        return replies(channel);
    }

    /** Returns what was sent since the last call. */
    public static String replies(EmbeddedChannel channel) {
        StringBuilder text = new StringBuilder();
        for (ByteBuf out = channel.readOutbound(); out != null; out = channel.readOutbound()) {
            text.append(out.toString(StandardCharsets.ISO_8859_1));
            out.release();
        }
        return text.toString();
    }

    @Override
    public void close() {
        channels.forEach(EmbeddedChannel::finishAndReleaseAll);
        if (failures.isEmpty()) {
            store.close();
            volume.close();
        }
        assertEquals(0, connections.count(), "connections are still counted");
        assertEquals(
                0, allocator.metric().usedDirectMemory() + allocator.metric().usedHeapMemory(), "leaked bytes");
    }

    /** A server's facts that a test may change. */
    public static final class View implements ServerView {
        private final CommandTable table = CommandTable.standard();
        private final ServerLimits limits;
        public Durability durability = Durability.ALWAYS;
        public boolean survivesPowerLoss = true;
        public int shutdownCount;

        View(ServerLimits limits) {
            this.limits = limits;
        }

        @Override
        public Durability durability() {
            return durability;
        }

        @Override
        public boolean survivesPowerLoss() {
            return survivesPowerLoss;
        }

        @Override
        public ServerLimits limits() {
            return limits;
        }

        @Override
        public CommandTable table() {
            return table;
        }

        @Override
        public String version() {
            return "7.2.4";
        }

        @Override
        public String info(String section) {
            return "# " + section + "\r\n";
        }

        @Override
        public Map<String, String> config() {
            return new TreeMap<>(Map.of("save", "", "appendonly", "yes", "appendfsync", "always"));
        }

        @Override
        public String clientList() {
            return "";
        }

        @Override
        public void resetStats() {}

        @Override
        public void shutdown() {
            shutdownCount++;
        }
    }
}
