package io.daxkv.bench.verify;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.zip.CRC32C;

/**
 * An append-only file of frames, each with its length and checksum: written before the reply by an honest server, some
 * time after it by a sinful one. A write reaches the page cache, which is all a process kill asks for.
 */
final class ToyLog {
    /** Stands for "deleted"; compared by identity. */
    static final byte[] TOMBSTONE = new byte[0];

    private static final long DELAY_MS = 40;

    private final FileChannel file;
    private final boolean isLate;
    private final List<byte[]> late = new ArrayList<>();

    /** Opens the log and hands what its whole frames hold to {@code target}; what follows a bad frame is cut off. */
    ToyLog(Path path, boolean isLate, BiConsumer<String, byte[]> target) throws IOException {
        this.isLate = isLate;
        this.file = FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        file.truncate(recover(ByteBuffer.wrap(Files.readAllBytes(path)), target));
        file.position(file.size());
        ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task, "toy-log");
            thread.setDaemon(true);
            return thread;
        });
        timer.scheduleWithFixedDelay(this::appendLate, DELAY_MS, DELAY_MS, TimeUnit.MILLISECONDS);
    }

    private static int recover(ByteBuffer bytes, BiConsumer<String, byte[]> target) {
        int end = 0;
        while (bytes.remaining() >= 8) {
            int length = bytes.getInt();
            int crc = bytes.getInt();
            if (length < 0 || length > bytes.remaining() || crc != crc(bytes.array(), bytes.position(), length)) {
                return end;
            }
            ByteBuffer frame = bytes.slice(bytes.position(), length);
            bytes.position(bytes.position() + length);
            end = bytes.position();
            apply(frame, target);
        }
        return end;
    }

    private static void apply(ByteBuffer frame, BiConsumer<String, byte[]> target) {
        try {
            while (frame.hasRemaining()) {
                byte[] key = new byte[frame.getInt()];
                frame.get(key);
                int size = frame.getInt();
                byte[] value = size < 0 ? TOMBSTONE : new byte[size];
                frame.get(value);
                target.accept(new String(key, StandardCharsets.UTF_8), value);
            }
        } catch (BufferUnderflowException e) {
            throw new IllegalStateException("frame with a good checksum ends early", e);
        }
    }

    /** Appends one frame; it survives whole or not at all. */
    synchronized void append(List<String> keys, List<byte[]> values) throws IOException {
        byte[] frame = frame(keys, values);
        if (isLate) {
            late.add(frame);
        } else {
            write(frame);
        }
    }

    /** Appends one frame some time later. */
    synchronized void appendLater(List<String> keys, List<byte[]> values) {
        late.add(frame(keys, values));
    }

    private synchronized void appendLate() {
        try {
            for (byte[] frame : late) {
                write(frame);
            }
            late.clear();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void write(byte[] frame) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(frame);
        while (bytes.hasRemaining()) {
            file.write(bytes);
        }
    }

    private static byte[] frame(List<String> keys, List<byte[]> values) {
        int size = 8;
        for (int i = 0; i < keys.size(); i++) {
            size += 8 + keys.get(i).length() + values.get(i).length;
        }
        ByteBuffer frame = ByteBuffer.allocate(size).position(8);
        for (int i = 0; i < keys.size(); i++) {
            byte[] value = values.get(i);
            frame.putInt(keys.get(i).length()).put(keys.get(i).getBytes(StandardCharsets.UTF_8));
            frame.putInt(value == TOMBSTONE ? -1 : value.length).put(value);
        }
        frame.putInt(0, size - 8).putInt(4, crc(frame.array(), 8, size - 8));
        return frame.array();
    }

    private static int crc(byte[] bytes, int offset, int length) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, offset, length);
        return (int) crc.getValue();
    }
}
