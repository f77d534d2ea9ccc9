package io.daxkv.server.net;

import io.daxkv.server.ServerLimits;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.EventExecutor;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * The listening socket and its event loops: epoll where it is present, NIO otherwise. Every loop accepts nothing and
 * shares nothing; a connection stays on one loop for its life.
 *
 * <p><b>Threads.</b> {@link #bind}, {@link #stop} and {@link #close} from one thread; the rest from any.
 */
public final class RespServer {
    private static final int BACKLOG = 1024;

    private final ServerLimits limits;
    private final Admission admission;
    private final Connections connections;
    private final EventLoopGroup loops;
    private final Map<EventExecutor, LoopContext> contexts = new IdentityHashMap<>();
    private Channel listener;

    public RespServer(int loopCount, ServerLimits limits, Admission admission, Connections connections) {
        this.limits = limits;
        this.admission = admission;
        this.connections = connections;
        IoHandlerFactory handlers = Epoll.isAvailable() ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
        this.loops = new MultiThreadIoEventLoopGroup(loopCount, new DefaultThreadFactory("daxkv-loop"), handlers);
    }

    /** Returns the name of the transport in use. */
    public static String transport() {
        return Epoll.isAvailable() ? "epoll" : "nio";
    }

    /** Makes the context of each loop; once, before {@link #bind}. */
    public void prepare(Function<EventExecutor, LoopContext> makeContext) {
        for (EventExecutor loop : loops) {
            contexts.put(loop, makeContext.apply(loop));
        }
    }

    /** Returns the contexts of all loops. */
    public Iterable<LoopContext> contexts() {
        return contexts.values();
    }

    /** Runs {@code task} every {@code period} on one of the loops. */
    public void everyMs(long period, Runnable task) {
        loops.next().scheduleWithFixedDelay(task, period, period, TimeUnit.MILLISECONDS);
    }

    /**
     * Takes the address and returns the port. Clients can connect, but nobody serves them before {@link #accept}.
     *
     * @throws java.io.IOException if the address is taken
     */
    public int bind(String host, int port) throws IOException, InterruptedException {
        Class<? extends ServerChannel> channel =
                Epoll.isAvailable() ? EpollServerSocketChannel.class : NioServerSocketChannel.class;
        ServerBootstrap bootstrap = new ServerBootstrap()
                .group(loops)
                .channel(channel)
                .option(ChannelOption.SO_BACKLOG, BACKLOG)
                .option(ChannelOption.SO_REUSEADDR, true)
                .option(ChannelOption.AUTO_READ, false)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(ChannelOption.SO_KEEPALIVE, true)
                .childOption(ChannelOption.ALLOCATOR, PooledByteBufAllocator.DEFAULT)
                .childOption(
                        ChannelOption.WRITE_BUFFER_WATER_MARK,
                        new WriteBufferWaterMark(limits.outputSoftSize() / 2, limits.outputSoftSize()))
                .childHandler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel accepted) {
                        EventLoop loop = accepted.eventLoop();
                        accepted.pipeline().addLast(new Connection(contexts.get(loop), admission, connections, limits));
                    }
                });
        ChannelFuture bound = bootstrap.bind(host, port).await();
        if (!bound.isSuccess()) {
            throw new IOException("cannot listen: address=" + host + ", port=" + port, bound.cause());
        }
        listener = bound.channel();
        return ((InetSocketAddress) listener.localAddress()).getPort();
    }

    /** Serves those who connect, from now on. */
    public void accept() {
        listener.config().setAutoRead(true);
    }

    /**
     * Stops accepting, runs and answers what was received, and closes all connections, those that are too slow after
     * {@code patienceMs}.
     */
    public void stop(long patienceMs) throws InterruptedException {
        if (listener != null) {
            listener.close().sync();
        }
        connections.close();
        for (Connection connection : connections.open()) {
            connection.context().executor().execute(connection::finish);
        }
        long endNanos = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(patienceMs);
        for (Connection connection : connections.open()) {
            long leftMs = TimeUnit.NANOSECONDS.toMillis(endNanos - System.nanoTime());
            if (leftMs <= 0 || !connection.context().channel().closeFuture().await(leftMs)) {
                return;
            }
        }
    }

    /** Closes every connection at once, without a word; any thread. */
    public void abandonAll() {
        contexts.values().forEach(context -> context.commit().fail());
        for (Connection connection : connections.open()) {
            connection.context().executor().execute(connection::abandon);
        }
    }

    /** Ends the loops; connections still open are closed. */
    public void close() throws InterruptedException {
        for (Connection connection : connections.open()) {
            connection.context().close();
        }
        loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).await();
    }
}
