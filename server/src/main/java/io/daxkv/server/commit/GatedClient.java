package io.daxkv.server.commit;

/** A connection as {@link LoopCommit} sees it. Called on the connection's event loop only. */
public interface GatedClient {

    /** In which of the loop's lists a connection stands, so that it stands in none twice. */
    final class Place {
        boolean isJoined;
        boolean isWaiting;
    }

    /** Returns this connection's own place; always the same object. */
    Place place();

    /** Returns the LSN that must be durable before everything it has to say may leave; 0 if nothing waits. */
    long neededLsn();

    /** Sends what may leave at {@code durableLsn}. */
    void release(long durableLsn);

    /** Closes the connection and sends nothing more: what its replies would promise is unknown. */
    void abandon();
}
