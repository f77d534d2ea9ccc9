package io.daxkv.server.command;

import io.daxkv.server.resp.Arguments;
import io.daxkv.server.resp.RespEncoder;
import io.daxkv.storage.kv.ByteSlice;
import io.daxkv.storage.kv.KvBatch;
import io.daxkv.storage.kv.KvStore;
import io.daxkv.storage.kv.StoreFullException;
import io.daxkv.storage.kv.ValueBuffer;
import java.nio.ByteBuffer;
import java.util.random.RandomGenerator;

/**
 * One request while it runs: its arguments, the store, the time, the session, and where the reply goes. All that a
 * command does to the store passes here, so that the LSN its reply depends on is never forgotten.
 *
 * <p><b>Durability.</b> Nothing here waits. {@link #dependsOnLsn()} says what the reply must wait for.
 *
 * <p><b>Threads.</b> One object an event loop, reused for all its connections.
 */
public final class CommandCall {
    private static final int KEPT_SIZE = 64 * 1024;

    private final KvStore store;
    private final ServerView server;
    private final CommandDispatcher dispatcher;
    private final RandomGenerator random;
    private final RespEncoder reply = new RespEncoder();
    private final ValueBuffer value = new ValueBuffer();
    private final ValueBuffer probe = new ValueBuffer();
    private final ByteSlice valueSlice = new ByteSlice();
    private final ByteSlice scratchSlice = new ByteSlice();
    private byte[] scratch = new byte[1024];
    private ByteBuffer scratchView = ByteBuffer.wrap(scratch);
    private ByteBuffer valueView = ByteBuffer.wrap(value.array());
    private KvBatch batch;
    private boolean isInFrame;
    private long nowMs;

    private Arguments arguments;
    private ClientSession session;
    private CommandSpec spec;
    private long lsn;
    private final CallOutcome outcome = new CallOutcome();

    public CommandCall(KvStore store, ServerView server, CommandDispatcher dispatcher, RandomGenerator random) {
        this.store = store;
        this.server = server;
        this.dispatcher = dispatcher;
        this.random = random;
    }

    /** Starts a run of requests that share one "now" and, if any of them writes, one batch. */
    public void open() {
        nowMs = store.nowMs();
    }

    /** Gives the writer lock and unusually large buffers back. */
    public void close() {
        KvBatch open = batch;
        batch = null;
        if (open != null) {
            open.close();
        }
        value.trim();
        if (scratch.length > KEPT_SIZE) {
            grow(KEPT_SIZE);
        }
    }

    /** Points the call at the next request. */
    void next(Arguments newArguments, ClientSession newSession) {
        arguments = newArguments;
        session = newSession;
        lsn = 0;
        outcome.clear();
    }

    void spec(CommandSpec newSpec) {
        spec = newSpec;
    }

    CommandSpec spec() {
        return spec;
    }

    public ServerView server() {
        return server;
    }

    CommandDispatcher dispatcher() {
        return dispatcher;
    }

    public RespEncoder reply() {
        return reply;
    }

    /** Returns what the connection has to do besides sending the reply. */
    public CallOutcome outcome() {
        return outcome;
    }

    /** Returns the newest LSN the reply reveals, own writes included; 0 if it reveals nothing. */
    public long dependsOnLsn() {
        return lsn;
    }

    Arguments arguments() {
        return arguments;
    }

    ClientSession session() {
        return session;
    }

    KvStore store() {
        return store;
    }

    RandomGenerator random() {
        return random;
    }

    long nowMs() {
        return nowMs;
    }

    int count() {
        return arguments.count();
    }

    ByteSlice argument(int index) {
        return arguments.get(index);
    }

    boolean is(int index, String word) {
        return Words.equal(arguments.get(index), word);
    }

    long integer(int index) {
        return Numbers.integer(arguments.get(index));
    }

    /** Says that the reply reveals what was appended at {@code revealedLsn}. */
    void dependOn(long revealedLsn) {
        lsn = Math.max(lsn, revealedLsn);
    }

    /** Reads a value into {@link #value()}. */
    boolean read(ByteSlice key) {
        boolean isFound = batch == null ? store.get(key, value) : batch.get(key, value);
        dependOn(value.lsn());
        buryIfDue(key);
        return isFound;
    }

    /** Reads a value that this call is about to replace, or one of several: nobody writes until the call is over. */
    boolean readToWrite(ByteSlice key) {
        begin();
        return read(key);
    }

    /** Looks for a key and fills {@link #value()} with all but its bytes. */
    boolean find(ByteSlice key) {
        boolean isFound = store.contains(key, value);
        dependOn(value.lsn());
        buryIfDue(key);
        return isFound;
    }

    /** As {@link #find}, for a key this call is about to replace. */
    boolean findToWrite(ByteSlice key) {
        begin();
        return find(key);
    }

    /** Returns true if the key is alive; changes nothing, not even what the reply depends on. */
    boolean isLive(ByteSlice key) {
        return store.contains(key, probe);
    }

    ValueBuffer value() {
        return value;
    }

    /** Returns the bytes of {@link #value()}. */
    ByteSlice valueSlice() {
        if (valueView.array() != value.array()) {
            valueView = ByteBuffer.wrap(value.array());
        }
        return valueSlice.set(valueView, value.offset(), value.length());
    }

    void replyValue() {
        reply.bulk(value.array(), value.offset(), value.length());
    }

    void put(ByteSlice key, ByteSlice newValue, long deadlineMs) {
        begin().put(key, newValue, deadlineMs);
        wrote();
    }

    /** Deletes a key; false if there was none, which the reply then depends on. */
    boolean delete(ByteSlice key) {
        boolean isGone = begin().delete(key);
        if (isGone) {
            wrote();
        } else {
            find(key);
        }
        return isGone;
    }

    void clear() {
        begin().clear();
        wrote();
    }

    void beginFrame() {
        begin().beginFrame();
        isInFrame = true;
    }

    void endFrame() {
        isInFrame = false;
        batch.endFrame();
        wrote();
    }

    /** Forgets a frame that an error left open. */
    void abortFrame() {
        if (isInFrame) {
            isInFrame = false;
            batch.abortFrame();
        }
    }

    /** Returns an array of at least {@code size} bytes to build a value in; see {@link #scratchSlice}. */
    byte[] scratch(int size) {
        if (scratch.length < size) {
            grow(size);
        }
        return scratch;
    }

    /** Returns the first {@code size} bytes of {@link #scratch}. */
    ByteSlice scratchSlice(int size) {
        return scratchSlice.set(scratchView, 0, size);
    }

    private void grow(int size) {
        scratch = new byte[size];
        scratchView = ByteBuffer.wrap(scratch);
    }

    /**
     * Appends the tombstone of a key just seen to be past its deadline. "It has expired" is a promise: without a
     * durable trace, a crash and a clock that jumps back would show the value again (O10).
     */
    private void buryIfDue(ByteSlice key) {
        if (value.isDue() && !isInFrame) {
            try {
                begin().delete(key);
                dependOn(batch.lastLsn());
            } catch (StoreFullException e) {
                // The key reads as absent all the same; its burial has to wait for room.
                dependOn(value.lsn());
            }
        }
    }

    private KvBatch begin() {
        if (batch == null) {
            batch = store.begin();
        }
        return batch;
    }

    private void wrote() {
        // Inside a frame nothing is appended before its end.
        if (!isInFrame) {
            dependOn(batch.lastLsn());
            session.wrote(batch.lastLsn());
        }
    }
}
