package io.daxkv.server.command;

/**
 * What the connection has to do after a request: hold its reply or not, close, or wait before it goes on. Filled by the
 * command, read by the connection.
 *
 * <p><b>Threads.</b> Confined to one event loop.
 */
public final class CallOutcome {

    /** How the reply's dependency is treated. */
    public enum Gate {
        /** As the server's durability says. */
        BY_SERVER,
        /** Held until durable, whatever the server's durability. */
        STRICT,
        /** Not held. */
        OPEN
    }

    private Gate gate = Gate.BY_SERVER;
    private boolean closesConnection;
    private boolean dropsConnection;
    private WaitReply waitReply;
    private long waitLsn;
    private long waitTimeoutMs;

    void clear() {
        gate = Gate.BY_SERVER;
        closesConnection = false;
        dropsConnection = false;
        waitReply = null;
    }

    void gate(Gate newGate) {
        gate = newGate;
    }

    /** Closes the connection when its replies are sent. */
    void closeConnection() {
        closesConnection = true;
    }

    /** Closes the connection at once, without a word. */
    void dropConnection() {
        dropsConnection = true;
    }

    /** Holds the connection's requests until {@code lsn} is durable or {@code timeoutMs} are over; 0 = no limit. */
    void await(long lsn, long timeoutMs, WaitReply reply) {
        waitLsn = lsn;
        waitTimeoutMs = timeoutMs;
        waitReply = reply;
    }

    public Gate gate() {
        return gate;
    }

    public boolean closesConnection() {
        return closesConnection;
    }

    public boolean dropsConnection() {
        return dropsConnection;
    }

    /** Returns what ends the wait, or null if the request did not wait. */
    public WaitReply waitReply() {
        return waitReply;
    }

    public long waitLsn() {
        return waitLsn;
    }

    public long waitTimeoutMs() {
        return waitTimeoutMs;
    }
}
