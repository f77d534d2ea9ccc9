package io.daxkv.bench.wire;

import java.nio.ByteBuffer;

/**
 * Counts complete replies in a stream of bytes without decoding them: a state machine that may stop at any byte and go
 * on with the next buffer. Allocates nothing.
 *
 * <p><b>Threads.</b> Confined to one thread.
 */
public final class ReplyCounter {
    private enum State {
        KIND,
        LINE,
        LINE_END,
        BODY
    }

    private State state = State.KIND;
    private byte kind;
    private boolean isNegative;
    private long number;
    private long bodyLeft;
    private long elementsLeft;
    private long errorCount;
    private long nilCount;

    /** Consumes bytes up to the end of the next whole reply; false if the buffer ends before that. */
    public boolean next(ByteBuffer bytes) {
        while (bytes.hasRemaining()) {
            switch (state) {
                case KIND -> startLine(bytes.get());
                case LINE -> scanLine(bytes);
                case LINE_END -> {
                    bytes.get();
                    if (endLine()) {
                        return true;
                    }
                }
                case BODY -> {
                    int step = (int) Math.min(bodyLeft, bytes.remaining());
                    bytes.position(bytes.position() + step);
                    bodyLeft -= step;
                    if (bodyLeft == 0 && endElement()) {
                        return true;
                    }
                }
            }
        }
        return false;
    }

    private void startLine(byte newKind) {
        if ("+-:$*".indexOf(newKind) < 0) {
            throw new IllegalStateException("unexpected reply type: byte=" + newKind);
        }
        kind = newKind;
        number = 0;
        isNegative = false;
        state = State.LINE;
    }

    private void scanLine(ByteBuffer bytes) {
        while (bytes.hasRemaining()) {
            byte b = bytes.get();
            if (b == '\r') {
                state = State.LINE_END;
                return;
            }
            if (b == '-') {
                isNegative = true;
            } else if (b >= '0' && b <= '9') {
                number = number * 10 + b - '0';
            }
        }
    }

    private boolean endLine() {
        if (kind == '-') {
            errorCount++;
        } else if (kind == '$') {
            if (!isNegative) {
                bodyLeft = number + 2;
                state = State.BODY;
                return false;
            }
            nilCount++;
        } else if (kind == '*' && !isNegative && number > 0) {
            // The array itself counts as one element of what encloses it; its own elements take its place.
            elementsLeft += elementsLeft == 0 ? number : number - 1;
            state = State.KIND;
            return false;
        }
        return endElement();
    }

    private boolean endElement() {
        state = State.KIND;
        if (elementsLeft > 0) {
            elementsLeft--;
        }
        return elementsLeft == 0;
    }

    /** Returns the error replies seen, those inside arrays included. */
    public long errorCount() {
        return errorCount;
    }

    /** Returns the nil replies seen. */
    public long nilCount() {
        return nilCount;
    }
}
