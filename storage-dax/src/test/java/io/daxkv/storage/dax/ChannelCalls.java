package io.daxkv.storage.dax;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.util.Arrays;
import java.util.random.RandomGenerator;

/**
 * Random calls of a file channel. Two of these with one seed over two channels make the same calls; each call says in a
 * line what it got: the value or the exception's type, the bytes, where buffers and channel then stand.
 */
final class ChannelCalls {
    private static final int SIZE = 20_000;

    private final FileChannel channel;
    private final RandomGenerator random;

    ChannelCalls(FileChannel channel, RandomGenerator random) {
        this.channel = channel;
        this.random = random;
    }

    String next() {
        int call = random.nextInt(16);
        String result;
        try {
            result = call(call);
        } catch (IOException | RuntimeException e) {
            // Named by the public type: the file system's IOExceptions have texts of their own.
            result = e.getClass().getSimpleName();
        }
        return "call " + call + ": " + result + ", " + state();
    }

    private String call(int call) throws IOException {
        return switch (call) {
            case 0, 1 -> {
                ByteBuffer target = buffer(false);
                yield channel.read(target) + content(target);
            }
            case 2 -> {
                ByteBuffer target = buffer(false);
                yield channel.read(target, place()) + content(target);
            }
            case 3 -> {
                ByteBuffer[] targets = {buffer(false), buffer(false), buffer(false)};
                yield channel.read(targets, random.nextInt(2), random.nextInt(4)) + contents(targets);
            }
            case 4, 5 -> {
                ByteBuffer source = buffer(true);
                yield channel.write(source) + content(source);
            }
            case 6 -> {
                ByteBuffer source = buffer(true);
                yield channel.write(source, place()) + content(source);
            }
            case 7 -> {
                ByteBuffer[] sources = {buffer(true), buffer(true), buffer(true)};
                yield channel.write(sources, random.nextInt(2), random.nextInt(4)) + contents(sources);
            }
            case 8 -> Boolean.toString(channel.position(place()) == channel);
            case 9 -> random.nextInt(4) == 0 ? Boolean.toString(channel.truncate(place()) == channel) : "skipped";
            case 10 -> Boolean.toString(channel.truncate(channel.size() + random.nextInt(100)) == channel);
            case 11 -> {
                channel.force(random.nextBoolean());
                yield "forced";
            }
            case 12 -> {
                ByteArrayOutputStream out = new ByteArrayOutputStream();
                long count = channel.transferTo(place(), random.nextInt(SIZE), Channels.newChannel(out));
                yield count + " " + Arrays.hashCode(out.toByteArray());
            }
            case 13 -> {
                byte[] bytes = bytes(random.nextInt(SIZE / 4));
                // Not behind the end: there JDK 17 transfers nothing and JDK 25 leaves a hole.
                long at = Math.min(place(), channel.size());
                long count = random.nextInt(SIZE / 4);
                yield "" + channel.transferFrom(Channels.newChannel(new ByteArrayInputStream(bytes)), at, count);
            }
            case 14 -> {
                ByteBuffer readOnly = ByteBuffer.allocate(10).asReadOnlyBuffer();
                yield channel.read(readOnly) + content(readOnly);
            }
            default -> channel.isOpen() + " " + channel.size();
        };
    }

    /** Mostly inside a small file, sometimes behind its end, seldom negative. */
    private long place() {
        return random.nextInt(30) == 0 ? -1 - random.nextInt(5) : random.nextInt(SIZE >> random.nextInt(6));
    }

    private ByteBuffer buffer(boolean filled) {
        int length = random.nextInt(9000 >> random.nextInt(10));
        int start = random.nextInt(20);
        ByteBuffer buffer =
                random.nextBoolean() ? ByteBuffer.allocate(length + 40) : ByteBuffer.allocateDirect(length + 40);
        if (filled) {
            buffer.put(bytes(length + 40));
        }
        buffer.clear().position(start).limit(start + length);
        return filled && random.nextInt(4) == 0 ? buffer.asReadOnlyBuffer() : buffer;
    }

    private byte[] bytes(int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }

    private String state() {
        try {
            return "position " + channel.position() + ", size " + channel.size();
        } catch (IOException e) {
            return e.getClass().getSimpleName();
        }
    }

    private static String contents(ByteBuffer[] buffers) {
        StringBuilder text = new StringBuilder();
        for (ByteBuffer buffer : buffers) {
            text.append(content(buffer));
        }
        return text.toString();
    }

    private static String content(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.capacity()];
        buffer.get(0, bytes);
        return " " + Arrays.hashCode(bytes) + " at " + buffer.position() + "/" + buffer.limit();
    }
}
