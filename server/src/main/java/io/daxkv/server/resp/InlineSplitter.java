package io.daxkv.server.resp;

import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;

/**
 * Splits an inline request into words as a shell would: spaces separate, double quotes take escapes, single quotes take
 * all but {@code \'}. The words are unescaped into an array of their own; inline requests are typed by people.
 */
final class InlineSplitter {
    private byte[] words = new byte[256];
    private int size;
    private ByteBuf in;
    private int at;
    private int end;

    /** Adds the words of {@code [from, to)} to {@code target}; false if quotes do not balance. */
    boolean split(ByteBuf line, int from, int to, Arguments target) {
        in = line;
        at = from;
        end = to;
        size = 0;
        if (words.length < to - from) {
            words = new byte[to - from];
        }
        while (skipSpaces()) {
            int start = size;
            if (!word()) {
                return false;
            }
            target.add(start, size - start);
        }
        target.bind(ByteBuffer.wrap(words), 0);
        in = null;
        return true;
    }

    private boolean skipSpaces() {
        while (at < end && isSpace(in.getByte(at))) {
            at++;
        }
        return at < end;
    }

    private boolean word() {
        while (at < end) {
            byte value = in.getByte(at);
            if (isSpace(value)) {
                return true;
            }
            at++;
            if (value == '"' || value == '\'') {
                // A closing quote must end the word: "a"b is a typing error, not two words.
                return quoted(value) && (at == end || isSpace(in.getByte(at)));
            }
            words[size++] = value;
        }
        return true;
    }

    private boolean quoted(byte quote) {
        while (at < end) {
            byte value = in.getByte(at++);
            if (value == quote) {
                return true;
            }
            if (value == '\\' && at < end) {
                value = quote == '"' ? escaped() : singleQuoted();
            }
            words[size++] = value;
        }
        return false;
    }

    private byte singleQuoted() {
        if (in.getByte(at) == '\'') {
            at++;
            return '\'';
        }
        return '\\';
    }

    private byte escaped() {
        byte value = in.getByte(at++);
        if (value == 'x' && at + 2 <= end) {
            int high = Character.digit(in.getByte(at), 16);
            int low = Character.digit(in.getByte(at + 1), 16);
            if (high >= 0 && low >= 0) {
                at += 2;
                return (byte) (high << 4 | low);
            }
        }
        return switch (value) {
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'b' -> '\b';
            case 'a' -> 7;
            default -> value;
        };
    }

    private static boolean isSpace(byte value) {
        return value == ' ' || (value >= '\t' && value <= '\r') || value == 0;
    }
}
