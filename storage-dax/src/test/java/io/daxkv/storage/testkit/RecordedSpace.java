package io.daxkv.storage.testkit;

import io.daxkv.storage.pmem.CacheLine;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.function.Function;

/**
 * The bytes of a {@link RecordingPmem} in chunks that exist only once they are stored to. Offsets arrive checked; the
 * owner's lock is held.
 */
final class RecordedSpace {
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle SHORT = MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

    private static final int OFFENDER_COUNT_MAX = 8;

    private RecordedChunk[] chunks;

    RecordedSpace(long size) {
        chunks = new RecordedChunk[chunkCount(size)];
    }

    /** Returns a space of clean chunks, each with the bytes that {@code content} chooses. */
    RecordedSpace copyOf(Function<RecordedChunk, byte[]> content) {
        RecordedSpace copy = new RecordedSpace(0);
        copy.chunks = new RecordedChunk[chunks.length];
        for (int number = 0; number < chunks.length; number++) {
            if (chunks[number] != null) {
                copy.chunks[number] = RecordedChunk.clean(content.apply(chunks[number]));
            }
        }
        return copy;
    }

    void grow(long newSize) {
        chunks = Arrays.copyOf(chunks, chunkCount(newSize));
    }

    int chunkCount() {
        return chunks.length;
    }

    /** Returns the chunk of that number, or null if nobody ever stored to it. */
    RecordedChunk chunk(int number) {
        return chunks[number];
    }

    /** Returns the chunk that holds a line of the space, or null. */
    RecordedChunk chunkOfLine(long line) {
        return chunks[(int) (line / RecordedChunk.LINE_COUNT)];
    }

    void replace(int number, RecordedChunk chunk) {
        chunks[number] = chunk;
    }

    byte getByte(long offset) {
        RecordedChunk chunk = chunks[numberOf(offset)];
        return chunk == null ? 0 : chunk.present[placeOf(offset)];
    }

    short getShort(long offset) {
        if (isSplit(offset, Short.BYTES)) {
            byte[] bytes = new byte[Short.BYTES];
            get(offset, bytes, 0, bytes.length);
            return (short) SHORT.get(bytes, 0);
        }
        RecordedChunk chunk = chunks[numberOf(offset)];
        return chunk == null ? 0 : (short) SHORT.get(chunk.present, placeOf(offset));
    }

    int getInt(long offset) {
        if (isSplit(offset, Integer.BYTES)) {
            byte[] bytes = new byte[Integer.BYTES];
            get(offset, bytes, 0, bytes.length);
            return (int) INT.get(bytes, 0);
        }
        RecordedChunk chunk = chunks[numberOf(offset)];
        return chunk == null ? 0 : (int) INT.get(chunk.present, placeOf(offset));
    }

    long getLong(long offset) {
        if (isSplit(offset, Long.BYTES)) {
            byte[] bytes = new byte[Long.BYTES];
            get(offset, bytes, 0, bytes.length);
            return (long) LONG.get(bytes, 0);
        }
        RecordedChunk chunk = chunks[numberOf(offset)];
        return chunk == null ? 0 : (long) LONG.get(chunk.present, placeOf(offset));
    }

    void get(long offset, byte[] target, int at, int length) {
        for (int done = 0; done < length; ) {
            RecordedChunk chunk = chunks[numberOf(offset + done)];
            int place = placeOf(offset + done);
            int count = Math.min(length - done, RecordedChunk.SIZE - place);
            if (chunk == null) {
                Arrays.fill(target, at + done, at + done + count, (byte) 0);
            } else {
                System.arraycopy(chunk.present, place, target, at + done, count);
            }
            done += count;
        }
    }

    void putByte(long offset, byte value) {
        chunkToStore(offset).present[placeOf(offset)] = value;
    }

    void putShort(long offset, short value) {
        if (isSplit(offset, Short.BYTES)) {
            byte[] bytes = new byte[Short.BYTES];
            SHORT.set(bytes, 0, value);
            put(offset, bytes, 0, bytes.length);
        } else {
            SHORT.set(chunkToStore(offset).present, placeOf(offset), value);
        }
    }

    void putInt(long offset, int value) {
        if (isSplit(offset, Integer.BYTES)) {
            byte[] bytes = new byte[Integer.BYTES];
            INT.set(bytes, 0, value);
            put(offset, bytes, 0, bytes.length);
        } else {
            INT.set(chunkToStore(offset).present, placeOf(offset), value);
        }
    }

    void putLong(long offset, long value) {
        if (isSplit(offset, Long.BYTES)) {
            byte[] bytes = new byte[Long.BYTES];
            LONG.set(bytes, 0, value);
            put(offset, bytes, 0, bytes.length);
        } else {
            LONG.set(chunkToStore(offset).present, placeOf(offset), value);
        }
    }

    void put(long offset, byte[] source, int at, int length) {
        for (int done = 0; done < length; ) {
            int place = placeOf(offset + done);
            int count = Math.min(length - done, RecordedChunk.SIZE - place);
            System.arraycopy(source, at + done, chunkToStore(offset + done).present, place, count);
            done += count;
        }
    }

    /** Marks every line of a range that was just stored to. */
    void stored(long offset, long length, long moment) {
        long end = CacheLine.of(offset) + CacheLine.count(offset, length);
        for (long line = CacheLine.of(offset); line < end; line++) {
            chunkOfLine(line).stored(lineOf(line), moment);
        }
    }

    /** Captures the lines of one flush unit that are not clean; returns false if nobody stored to it since its last. */
    boolean flush(long start, long length, FlushedLines captured, long now) {
        RecordedChunk chunk = chunkOfLine(CacheLine.of(start));
        boolean isNeeded = false;
        for (long at = start; chunk != null && at < start + length; at += CacheLine.SIZE) {
            int line = lineOf(CacheLine.of(at));
            isNeeded |= chunk.isDirty(line);
            if (!chunk.isClean(line)) {
                captured.add(CacheLine.of(at), now, chunk.present, line * CacheLine.SIZE);
            }
            chunk.flushed(line, now);
        }
        return isNeeded;
    }

    /** Makes captured lines durable, or only satisfies the lint where nothing survives. */
    void drained(FlushedLines captured, boolean survives) {
        for (int i = 0; i < captured.count(); i++) {
            chunkOfLine(captured.line(i))
                    .drained(
                            lineOf(captured.line(i)),
                            captured.moment(i),
                            captured.contents(),
                            captured.contentAt(i),
                            survives);
        }
    }

    /** Fails if a line of the range would not survive a power failure at this instant. */
    void assertDurable(String what, long offset, long length) {
        StringBuilder offenders = new StringBuilder();
        long count = 0;
        for (long line = CacheLine.of(offset), end = line + CacheLine.count(offset, length); line < end; ) {
            RecordedChunk chunk = chunkOfLine(line);
            int at = lineOf(line);
            if (chunk == null || chunk.unsafeLineCount() == 0) {
                line += RecordedChunk.LINE_COUNT - at;
                continue;
            }
            if (!chunk.isClean(at) && count++ < OFFENDER_COUNT_MAX) {
                offenders.append(count > 1 ? ", " : "").append("0x").append(Long.toHexString(line * CacheLine.SIZE));
                offenders.append(chunk.isDirty(at) ? " never flushed since its store" : " flushed, not drained");
            }
            line++;
        }
        if (count > 0) {
            throw new AssertionError("not durable: at=" + what + ", lines=" + count + ", offsets=[" + offenders + "]");
        }
    }

    /** Returns a line's number within its chunk. */
    static int lineOf(long line) {
        return (int) (line % RecordedChunk.LINE_COUNT);
    }

    private RecordedChunk chunkToStore(long offset) {
        int number = numberOf(offset);
        if (chunks[number] == null) {
            chunks[number] = new RecordedChunk();
        }
        return chunks[number];
    }

    private static boolean isSplit(long offset, int length) {
        return placeOf(offset) > RecordedChunk.SIZE - length;
    }

    private static int numberOf(long offset) {
        return (int) (offset / RecordedChunk.SIZE);
    }

    private static int placeOf(long offset) {
        return (int) (offset % RecordedChunk.SIZE);
    }

    private static int chunkCount(long size) {
        return Math.toIntExact((size + RecordedChunk.SIZE - 1) / RecordedChunk.SIZE);
    }
}
