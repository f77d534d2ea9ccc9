package io.daxkv.server.resp;

import io.daxkv.server.ServerLimits;
import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;

/**
 * Decodes requests, RESP2 arrays of bulks or inline lines, as their bytes arrive. Split anywhere, the same bytes give
 * the same requests: what was understood is kept as offsets from the request's first byte and never looked at twice.
 *
 * <p>The caller owns the buffer. While {@link #decode} answers {@link Result#MORE} it must keep the bytes from the
 * reader index on, and may move them to another buffer. Nothing is allocated for a length that was only announced.
 *
 * <p><b>Failure.</b> After {@link Result#ERROR} the position of the next request is unknown, so this decoder answers
 * nothing but ERROR from then on and the connection must close.
 *
 * <p><b>Threads.</b> Confined to the connection's event loop.
 */
public final class RespDecoder {

    /** What one call found. */
    public enum Result {
        /** Not all of the request is here yet. */
        MORE,
        /** A whole request: see {@link #arguments()}. */
        REQUEST,
        /** An empty request, which has no reply. */
        NOTHING,
        /** Not the protocol, or beyond a limit: see {@link #error()}. */
        ERROR
    }

    private static final int NOT_A_NUMBER = Integer.MIN_VALUE;
    private static final int LENGTH_UNKNOWN = -1;

    private final ServerLimits limits;
    private final Arguments arguments = new Arguments();
    private final InlineSplitter inline = new InlineSplitter();
    private int parsed;
    private int searched;
    private int bulksLeft;
    private int bulkLength = LENGTH_UNKNOWN;
    private String error;

    public RespDecoder(ServerLimits limits) {
        this.limits = limits;
    }

    /** Returns the arguments of the request just decoded; valid until the next call of {@link #decode}. */
    public Arguments arguments() {
        return arguments;
    }

    /** Returns the text of the error, without its ERR prefix. */
    public String error() {
        return error;
    }

    /** Returns the bytes the unfinished request is known to need, counted from its start; a guess that may be low. */
    public long neededSize() {
        return bulkLength == LENGTH_UNKNOWN ? 0 : (long) parsed + bulkLength + 2;
    }

    /** Decodes one request and moves the reader index behind it; on MORE and ERROR the index stays. */
    public Result decode(ByteBuf in) {
        if (error != null) {
            return Result.ERROR;
        }
        if (bulksLeft == 0) {
            arguments.clear();
            if (!in.isReadable()) {
                return Result.MORE;
            }
            if (in.getByte(in.readerIndex()) != '*') {
                return decodeInline(in);
            }
            Result header = decodeArrayHeader(in);
            if (header != Result.REQUEST) {
                return header;
            }
        }
        return decodeBulks(in);
    }

    private Result decodeArrayHeader(ByteBuf in) {
        int end = lineEnd(in, "too big mbulk count string");
        if (end < 0) {
            return missingLine();
        }
        int count = number(in, in.readerIndex() + 1, end);
        if (count == NOT_A_NUMBER || count > limits.argumentCountMax()) {
            return fail("invalid multibulk length");
        }
        endLine(in, end);
        if (count <= 0) {
            in.skipBytes(parsed);
            reset();
            return Result.NOTHING;
        }
        bulksLeft = count;
        return Result.REQUEST;
    }

    private Result decodeBulks(ByteBuf in) {
        while (bulksLeft > 0) {
            if (bulkLength == LENGTH_UNKNOWN) {
                Result header = decodeBulkHeader(in);
                if (header != Result.REQUEST) {
                    return header;
                }
            }
            if (in.readableBytes() - parsed < bulkLength + 2) {
                return Result.MORE;
            }
            int end = in.readerIndex() + parsed + bulkLength;
            if (in.getByte(end) != '\r' || in.getByte(end + 1) != '\n') {
                return fail("bulk is not followed by CRLF");
            }
            arguments.add(parsed, bulkLength);
            parsed += bulkLength + 2;
            searched = parsed;
            bulkLength = LENGTH_UNKNOWN;
            bulksLeft--;
        }
        return finish(in);
    }

    private Result decodeBulkHeader(ByteBuf in) {
        int start = in.readerIndex() + parsed;
        if (start == in.writerIndex()) {
            return Result.MORE;
        }
        if (in.getByte(start) != '$') {
            return fail("expected '$', got '" + printable(in.getByte(start)) + "'");
        }
        int end = lineEnd(in, "too big bulk count string");
        if (end < 0) {
            return missingLine();
        }
        int length = number(in, start + 1, end);
        if (length < 0 || length > limits.bulkSizeMax()) {
            return fail("invalid bulk length");
        }
        bulkLength = length;
        endLine(in, end);
        return Result.REQUEST;
    }

    private Result finish(ByteBuf in) {
        int start = in.readerIndex();
        // One view for all slices. Its indexes need not be the buffer's: a pooled buffer is a part of a larger one.
        ByteBuffer view = in.internalNioBuffer(start, parsed);
        arguments.bind(view, view.position());
        in.skipBytes(parsed);
        reset();
        return Result.REQUEST;
    }

    private Result decodeInline(ByteBuf in) {
        int newline = find(in, (byte) '\n');
        int end = newline < 0 ? in.writerIndex() : newline;
        // A CR that came last may belong to a CRLF of which the LF is still on its way: it never counts.
        if (end > in.readerIndex() && in.getByte(end - 1) == '\r') {
            end--;
        }
        if (end - in.readerIndex() > limits.lineSizeMax()) {
            return fail("too big inline request");
        }
        if (newline < 0) {
            return Result.MORE;
        }
        boolean isBalanced = inline.split(in, in.readerIndex(), end, arguments);
        if (!isBalanced) {
            return fail("unbalanced quotes in request");
        }
        in.readerIndex(newline + 1);
        reset();
        return arguments.count() == 0 ? Result.NOTHING : Result.REQUEST;
    }

    /** Returns the index of the CR that ends the line at {@code parsed}, or -1 if it is not here or cannot be. */
    private int lineEnd(ByteBuf in, String tooLong) {
        int start = in.readerIndex() + parsed;
        int end = find(in, (byte) '\r');
        if ((end < 0 ? in.writerIndex() : end) - start > limits.lineSizeMax()) {
            fail(tooLong);
            return -1;
        }
        if (end < 0) {
            return -1;
        }
        if (end + 1 == in.writerIndex()) {
            searched = end - in.readerIndex();
            return -1;
        }
        if (in.getByte(end + 1) != '\n') {
            fail("header line is not ended by CRLF");
            return -1;
        }
        return end;
    }

    private Result missingLine() {
        return error == null ? Result.MORE : Result.ERROR;
    }

    private void endLine(ByteBuf in, int end) {
        parsed = end + 2 - in.readerIndex();
        searched = parsed;
    }

    /** Searches only what no earlier call searched: a line that comes byte by byte costs its length, not its square. */
    private int find(ByteBuf in, byte wanted) {
        int from = in.readerIndex() + Math.max(searched, parsed);
        int limit = (int) Math.min(in.writerIndex(), (long) in.readerIndex() + parsed + limits.lineSizeMax() + 2);
        int at = from < limit ? in.indexOf(from, limit, wanted) : -1;
        if (at < 0) {
            searched = Math.max(searched, limit - in.readerIndex());
        }
        return at;
    }

    /** Parses a decimal as Redis does: no plus, no space, no leading zero. Anything else is not a number. */
    private static int number(ByteBuf in, int from, int to) {
        boolean isNegative = from < to && in.getByte(from) == '-';
        int first = isNegative ? from + 1 : from;
        int digits = to - first;
        if (digits < 1 || digits > 10 || (in.getByte(first) == '0' && (digits > 1 || isNegative))) {
            return NOT_A_NUMBER;
        }
        long value = 0;
        for (int i = first; i < to; i++) {
            int digit = in.getByte(i) - '0';
            if (digit < 0 || digit > 9) {
                return NOT_A_NUMBER;
            }
            value = value * 10 + digit;
        }
        long signed = isNegative ? -value : value;
        return signed > Integer.MAX_VALUE || signed <= Integer.MIN_VALUE ? NOT_A_NUMBER : (int) signed;
    }

    private static char printable(byte value) {
        return value < ' ' || value == 0x7F ? '?' : (char) value;
    }

    private Result fail(String text) {
        error = "Protocol error: " + text;
        return Result.ERROR;
    }

    private void reset() {
        parsed = 0;
        searched = 0;
        bulksLeft = 0;
        bulkLength = LENGTH_UNKNOWN;
    }
}
