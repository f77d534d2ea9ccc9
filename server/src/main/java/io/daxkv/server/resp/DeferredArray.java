package io.daxkv.server.resp;

import io.netty.buffer.ByteBuf;

/**
 * An array whose length is known only when its elements are written: they go to a buffer of their own, and
 * {@link #finish()} puts the head before them. Close it on every path.
 *
 * <p><b>Threads.</b> Confined to one event loop.
 */
public final class DeferredArray implements AutoCloseable {
    private final RespEncoder reply;
    private final ByteBuf target;
    private final ByteBuf elements;
    private int count;

    public DeferredArray(RespEncoder reply) {
        this.reply = reply;
        this.target = reply.out();
        this.elements = target.alloc().ioBuffer();
        reply.redirect(elements);
    }

    /** Counts one element; the caller writes it. */
    public void element() {
        count++;
    }

    /** Writes a bulk before the array, then the head and the elements. */
    public void finish(String before) {
        reply.redirect(target);
        reply.bulk(before);
        finish();
    }

    /** Writes the head and the elements. */
    public void finish() {
        reply.redirect(target);
        reply.array(count);
        target.writeBytes(elements);
    }

    @Override
    public void close() {
        reply.redirect(target);
        elements.release();
    }
}
