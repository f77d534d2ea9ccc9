package io.daxkv.server.command;

import io.daxkv.server.resp.RespEncoder;

/** Writes the reply of a command that waited: the LSN came, or its time was up. */
@FunctionalInterface
public interface WaitReply {
    void write(RespEncoder reply, boolean isReached, long durableLsn);
}
