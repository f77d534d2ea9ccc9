package io.daxkv.server.command;

/**
 * What a connection remembers between requests.
 *
 * <p><b>Threads.</b> Written by the connection's event loop; others may read it for CLIENT LIST and see old values.
 */
public final class ClientSession {
    private final long id;
    private final String address;
    private final String localAddress;
    private final long connectedMs;
    private volatile String name = "";
    private volatile String libraryName = "";
    private volatile String libraryVersion = "";
    private volatile String lastCommand = "NULL";
    private long lastWriteLsn;

    public ClientSession(long id, String address, String localAddress, long connectedMs) {
        this.id = id;
        this.address = address;
        this.localAddress = localAddress;
        this.connectedMs = connectedMs;
    }

    public long id() {
        return id;
    }

    public String name() {
        return name;
    }

    void name(String newName) {
        name = newName;
    }

    void libraryName(String newName) {
        libraryName = newName;
    }

    void libraryVersion(String newVersion) {
        libraryVersion = newVersion;
    }

    /** Returns the LSN of the newest write of this connection; 0 if there is none. */
    public long lastWriteLsn() {
        return lastWriteLsn;
    }

    void wrote(long lsn) {
        lastWriteLsn = lsn;
    }

    void ran(String command) {
        lastCommand = command;
    }

    /** Forgets what RESET resets. */
    void reset() {
        name = "";
    }

    /** Returns the line of CLIENT LIST. */
    public String describe(long nowMs) {
        return "id=" + id + " addr=" + address + " laddr=" + localAddress + " fd=-1 name=" + name + " age="
                + Math.max(0, nowMs - connectedMs) / 1000
                + " idle=0 flags=N db=0 sub=0 psub=0 ssub=0 multi=-1 cmd=" + lastCommand
                + " user=default redir=-1 resp=2 lib-name=" + libraryName + " lib-ver=" + libraryVersion;
    }
}
