package io.daxkv.server.net;

import io.daxkv.server.ServerLimits;
import io.daxkv.server.command.CallOutcome;
import io.daxkv.server.command.ClientSession;
import io.daxkv.server.command.CommandCall;
import io.daxkv.server.command.ServerView.Durability;
import io.daxkv.server.command.WaitReply;
import io.daxkv.server.commit.GatedClient;
import io.daxkv.server.commit.ReplyGate;
import io.daxkv.server.resp.RespDecoder;
import io.daxkv.storage.pmem.PmemException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundBuffer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One client: requests in, replies out, in order. Requests received together run together, up to a limit; then other
 * connections have their turn. It stops reading while it has more to run, while it waits, and while the client does not
 * take its replies.
 *
 * <p><b>Durability.</b> Replies leave through the {@link ReplyGate} only, when {@link #release} is told a durable LSN.
 *
 * <p><b>Threads.</b> Confined to its event loop, except {@link #describe}.
 *
 * <p><b>Failure.</b> After a protocol error it answers once and closes. When write-back has failed it closes without an
 * answer.
 */
public final class Connection extends ChannelInboundHandlerAdapter implements GatedClient {
    private static final Logger LOG = LoggerFactory.getLogger(Connection.class);

    private final LoopContext loop;
    private final Admission admission;
    private final Connections connections;
    private final ServerLimits limits;
    private final RespDecoder decoder;
    private final Place place = new Place();
    private final Runnable resume = this::resume;
    private ClientSession session;
    private ChannelHandlerContext context;
    private ReceiveBuffer received;
    private ReplyGate gate;
    private WaitReply waitReply;
    private long waitLsn;
    private ScheduledFuture<?> waitTimer;
    private boolean hasMoreToRun;
    private boolean isYielding;
    private boolean isClosing;
    private boolean isGone;

    public Connection(LoopContext loop, Admission admission, Connections connections, ServerLimits limits) {
        this.loop = loop;
        this.admission = admission;
        this.connections = connections;
        this.limits = limits;
        this.decoder = new RespDecoder(limits);
    }

    @Override
    public void handlerAdded(ChannelHandlerContext newContext) {
        context = newContext;
        received = new ReceiveBuffer(newContext.alloc());
        gate = new ReplyGate(newContext.alloc());
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        session = new ClientSession(
                connections.nextId(),
                Admission.text(ctx.channel().remoteAddress()),
                Admission.text(ctx.channel().localAddress()),
                admission.nowMs());
        String refusal = admission.refusal(ctx.channel().remoteAddress());
        if (refusal != null) {
            connections.reject();
        } else if (!connections.add(this)) {
            refusal = Admission.TOO_MANY_CLIENTS;
        }
        if (refusal != null) {
            sayAndClose(refusal);
        } else if (connections.isClosed()) {
            ctx.close();
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf in = (ByteBuf) message;
        loop.counters().received(in.readableBytes());
        if (isClosing || isGone) {
            in.release();
            return;
        }
        received.add(in, decoder.neededSize());
        if (!isYielding && waitReply == null) {
            run(limits.pipelineCountMax());
        }
        received.keepRest();
        if (received.size() > limits.queryBufferSizeMax()) {
            LOG.warn(
                    "client closed, too much sent ahead: address={}, size={}, sizeMax={}",
                    Admission.text(ctx.channel().remoteAddress()),
                    received.size(),
                    limits.queryBufferSizeMax());
            abandon();
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        if (ctx.channel().isWritable()) {
            resume();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        leave();
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        leave();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (cause instanceof IOException) {
            LOG.debug("client gone: address={}", Admission.text(ctx.channel().remoteAddress()), cause);
        } else {
            LOG.error("client closed: address={}", Admission.text(ctx.channel().remoteAddress()), cause);
        }
        abandon();
    }

    /** Runs what was received, at most {@code countMax} requests, and hands the replies to the end of the turn. */
    private void run(int countMax) {
        CommandCall call = loop.call();
        long startNanos = System.nanoTime();
        int count = 0;
        hasMoreToRun = false;
        call.open();
        try {
            while (canRun() && received.size() > 0 && decodeOne(call)) {
                if (++count == countMax) {
                    hasMoreToRun = received.size() > 0;
                    break;
                }
            }
            hasMoreToRun |= !canRun() && received.size() > 0;
        } catch (PmemException e) {
            // Only write-back that failed gets here. What the replies would promise is unknown, so nobody is told.
            loop.onFailure().accept(e);
            abandon();
        } finally {
            call.close();
        }
        loop.counters().run(count, System.nanoTime() - startNanos);
        endRun();
    }

    private void endRun() {
        if (isGone) {
            return;
        }
        if (hasMoreToRun && canRun()) {
            // Through the scheduler: a plain task would run before the loop looks at any other socket.
            isYielding = true;
            context.executor().schedule(resume, 0, TimeUnit.NANOSECONDS);
        }
        context.channel().config().setAutoRead(!isClosing && !hasMoreToRun && waitReply == null);
        loop.commit().join(this);
    }

    private void resume() {
        isYielding = false;
        if (!isGone && hasMoreToRun && canRun()) {
            run(limits.pipelineCountMax());
            received.keepRest();
        }
    }

    private boolean canRun() {
        return !isClosing && !isGone && waitReply == null && backlogSize() < limits.outputSoftSize();
    }

    /** Returns the bytes of replies that the client has not taken. */
    private long backlogSize() {
        ChannelOutboundBuffer outbound = context.channel().unsafe().outboundBuffer();
        return gate.size() + (outbound == null ? 0 : outbound.totalPendingWriteBytes());
    }

    /** Decodes one request and runs it; false if no further one can be decoded now. */
    private boolean decodeOne(CommandCall call) {
        switch (decoder.decode(received.bytes())) {
            case MORE:
                return false;
            case NOTHING:
                return true;
            case REQUEST:
                runOne(call);
                return !isGone;
            default:
                loop.counters().protocolError();
                call.reply().target(gate.out(), limits.outputHardSize());
                call.reply().error("ERR " + decoder.error());
                gate.seal(0);
                isClosing = true;
                return false;
        }
    }

    private void runOne(CommandCall call) {
        ByteBuf out = gate.out();
        int start = out.writerIndex();
        call.reply().target(out, limits.outputHardSize());
        int command = loop.dispatcher().run(call, decoder.arguments(), session);
        boolean isError = out.writerIndex() > start && out.getByte(start) == '-';
        loop.counters().request(command, isError);
        CallOutcome outcome = call.outcome();
        if (outcome.dropsConnection() || call.reply().isOverflowing()) {
            abandon();
            return;
        }
        gate.seal(gatedLsn(call, outcome));
        isClosing = outcome.closesConnection();
        if (outcome.waitReply() != null) {
            beginWait(outcome);
        }
    }

    private long gatedLsn(CommandCall call, CallOutcome outcome) {
        switch (outcome.gate()) {
            case STRICT:
                return call.dependsOnLsn();
            case OPEN:
                return 0;
            default:
                return call.server().durability() == Durability.ALWAYS ? call.dependsOnLsn() : 0;
        }
    }

    private void beginWait(CallOutcome outcome) {
        waitReply = outcome.waitReply();
        waitLsn = outcome.waitLsn();
        if (outcome.waitTimeoutMs() > 0) {
            waitTimer = context.executor().schedule(this::timeOut, outcome.waitTimeoutMs(), TimeUnit.MILLISECONDS);
        }
    }

    private void timeOut() {
        if (waitReply != null) {
            endWait(false, loop.commit().durableLsn());
            hasMoreToRun = received.size() > 0;
            endRun();
        }
    }

    private void endWait(boolean isReached, long durableLsn) {
        loop.call().reply().target(gate.out(), limits.outputHardSize());
        waitReply.write(loop.call().reply(), isReached, durableLsn);
        gate.seal(0);
        waitReply = null;
        if (waitTimer != null) {
            waitTimer.cancel(false);
            waitTimer = null;
        }
    }

    @Override
    public Place place() {
        return place;
    }

    @Override
    public long neededLsn() {
        return waitReply == null ? gate.neededLsn() : Math.max(waitLsn, gate.neededLsn());
    }

    @Override
    public void release(long durableLsn) {
        if (isGone) {
            return;
        }
        boolean endsWait = waitReply != null && waitLsn <= durableLsn;
        if (endsWait) {
            endWait(true, durableLsn);
        }
        ByteBuf ready = gate.release(durableLsn);
        if (ready != null) {
            loop.counters().sent(ready.readableBytes());
            context.writeAndFlush(ready, context.voidPromise());
        }
        if (isClosing && gate.size() == 0) {
            context.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
        } else if (endsWait) {
            hasMoreToRun = received.size() > 0;
            endRun();
        } else if (!isYielding) {
            resume();
        }
    }

    @Override
    public void abandon() {
        leave();
        context.close();
    }

    /** Runs all that was received, then closes when the replies are sent. Call it on the event loop. */
    void finish() {
        if (isGone || isClosing) {
            return;
        }
        if (waitReply != null) {
            endWait(false, loop.commit().durableLsn());
        }
        run(Integer.MAX_VALUE);
        isClosing = true;
        if (!isGone) {
            received.release();
            endRun();
        }
    }

    ChannelHandlerContext context() {
        return context;
    }

    /** Returns the line of CLIENT LIST; any thread. */
    public String describe(long nowMs) {
        ClientSession known = session;
        return known == null ? "" : known.describe(nowMs);
    }

    private void sayAndClose(String error) {
        isClosing = true;
        context.writeAndFlush(Unpooled.copiedBuffer("-" + error + "\r\n", StandardCharsets.US_ASCII))
                .addListener(ChannelFutureListener.CLOSE);
    }

    private void leave() {
        if (isGone) {
            return;
        }
        isGone = true;
        connections.remove(this);
        if (waitTimer != null) {
            waitTimer.cancel(false);
        }
        waitReply = null;
        gate.discard();
        received.release();
    }
}
