package io.daxkv.server.resp;

import io.daxkv.storage.kv.ByteSlice;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * The arguments of one request: reused slices over the bytes as they were received. Index 0 is the command's name.
 * Valid until the next request is decoded.
 *
 * <p><b>Threads.</b> Confined to the connection's event loop.
 */
public final class Arguments {
    private static final int KEPT_COUNT = 64;

    // Offsets count from the start of the request, so they hold when its bytes move to a larger buffer.
    private int[] offsets = new int[KEPT_COUNT];
    private int[] lengths = new int[KEPT_COUNT];
    private ByteSlice[] slices = new ByteSlice[KEPT_COUNT];
    private int count;
    private int first;

    public int count() {
        return count - first;
    }

    public ByteSlice get(int index) {
        return slices[first + index];
    }

    /** Leaves out the first {@code skipped} arguments, as a command does that carries another one. */
    public void skip(int skipped) {
        first += skipped;
    }

    void clear() {
        if (count > KEPT_COUNT) {
            offsets = new int[KEPT_COUNT];
            lengths = new int[KEPT_COUNT];
            slices = new ByteSlice[KEPT_COUNT];
        }
        count = 0;
        first = 0;
    }

    void add(int offset, int length) {
        if (count == offsets.length) {
            grow();
        }
        offsets[count] = offset;
        lengths[count] = length;
        count++;
    }

    /** Points every slice into {@code buffer}, whose index {@code base} is the request's first byte. */
    void bind(ByteBuffer buffer, int base) {
        for (int i = 0; i < count; i++) {
            ByteSlice slice = slices[i];
            if (slice == null) {
                slice = new ByteSlice();
                slices[i] = slice;
            }
            slice.set(buffer, base + offsets[i], lengths[i]);
        }
    }

    private void grow() {
        int size = count * 2;
        offsets = Arrays.copyOf(offsets, size);
        lengths = Arrays.copyOf(lengths, size);
        slices = Arrays.copyOf(slices, size);
    }
}
