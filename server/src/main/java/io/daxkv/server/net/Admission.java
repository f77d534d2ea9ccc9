package io.daxkv.server.net;

import io.daxkv.storage.kv.KvClock;
import java.net.InetSocketAddress;
import java.net.SocketAddress;

/**
 * Who may talk to the server at all.
 *
 * @param isProtected true if only this machine may, because there are no passwords yet
 * @param clock gives the time a connection began
 */
public record Admission(boolean isProtected, KvClock clock) {
    static final String TOO_MANY_CLIENTS = "ERR max number of clients reached";

    private static final String DENIED = "DENIED daxkv is running in protected mode because it has no password yet. In"
            + " this mode connections are only accepted from the loopback interface. If you want to connect from"
            + " external computers, and only if every host that can reach this port may read and write all data,"
            + " restart the server with --no-protected-mode.";

    /** Returns the error that turns {@code peer} away, or null if it is welcome. */
    String refusal(SocketAddress peer) {
        boolean isRemote = peer instanceof InetSocketAddress inet
                && inet.getAddress() != null
                && !inet.getAddress().isLoopbackAddress();
        return isProtected && isRemote ? DENIED : null;
    }

    long nowMs() {
        return clock.nowMs();
    }

    static String text(SocketAddress address) {
        if (address instanceof InetSocketAddress inet && inet.getAddress() != null) {
            return inet.getAddress().getHostAddress() + ":" + inet.getPort();
        }
        return String.valueOf(address);
    }
}
