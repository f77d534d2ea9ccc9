package io.daxkv.storage.pmem;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.daxkv.storage.testkit.Seed;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.random.RandomGenerator;
import net.openhft.chronicle.bytes.BytesStore;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What every {@link Pmem} promises, whatever makes its stores durable: bytes are where they were put, little-endian and
 * nowhere else; an offset outside is refused; the costs are counted.
 *
 * <p>Not covered: that a drained store survives a power failure, which only the recorder can show.
 */
abstract class PmemContractTest {
    static final long SIZE = 1 << 20;

    @TempDir
    Path directory;

    private Pmem pmem;

    abstract Pmem create(Path directory, long size) throws IOException;

    abstract void destroy();

    @BeforeEach
    void createPmem() throws IOException {
        pmem = create(directory, SIZE);
    }

    @AfterEach
    void destroyPmem() {
        destroy();
    }

    @Test
    void valuesAreLittleEndianAtAnyOffset() {
        pmem.putLong(61, 0x0102030405060708L);
        pmem.putInt(4095, 0x0A0B0C0D);
        pmem.putByte(7, (byte) -1);
        pmem.putShort((64 << 10) - 1, (short) 0x0E0F);
        pmem.putLongRelease(128, Long.MIN_VALUE);
        assertEquals(0x08, pmem.getByte(61));
        assertEquals(0x01, pmem.getByte(68));
        assertEquals(0x0102030405060708L, pmem.getLong(61));
        assertEquals(0x0D, pmem.getByte(4095));
        assertEquals(0x0A0B0C0D, pmem.getInt(4095));
        assertEquals(-1, pmem.getByte(7));
        assertEquals(0x0F, pmem.getByte((64 << 10) - 1));
        assertEquals(0x0E0F, pmem.getShort((64 << 10) - 1));
        assertEquals(Long.MIN_VALUE, pmem.getLongAcquire(128));
    }

    @Test
    void buffersOfEveryKindAreCopiedAtTheirAbsoluteIndex() {
        byte[] text = "0123456789".getBytes(US_ASCII);
        ByteBuffer direct = ByteBuffer.allocateDirect(16).put(3, text);
        ByteBuffer slice = ByteBuffer.wrap(text).slice(2, 8);
        pmem.put(100, direct, 3, 10);
        pmem.put(200, slice, 1, 4);
        pmem.put(300, ByteBuffer.wrap(text).asReadOnlyBuffer(), 5, 5);
        pmem.put(400, text, 8, 2);
        assertEquals("0123456789", text(100, 10));
        assertEquals("3456", text(200, 4));
        assertEquals("56789", text(300, 5));
        assertEquals("89", text(400, 2));
        assertEquals(0, direct.position() + slice.position());

        ByteBuffer target = ByteBuffer.allocateDirect(16);
        pmem.get(103, target, 4, 2);
        assertEquals('3', target.get(4));
        assertEquals('4', target.get(5));
        assertEquals(0, target.get(6));
        ByteBuffer heap = ByteBuffer.allocate(16).slice(8, 8);
        pmem.get(103, heap, 1, 2);
        assertEquals('3', heap.get(1));
        assertEquals(0, heap.get(0) + heap.get(3) + heap.position());
    }

    @Test
    void compareAndSetStoresOnlyOverWhatItExpects() {
        pmem.putLong(64, 7);
        assertFalse(pmem.compareAndSetLong(64, 8, 9));
        assertEquals(7, pmem.getLong(64));
        assertTrue(pmem.compareAndSetLong(64, 7, Long.MIN_VALUE));
        assertEquals(Long.MIN_VALUE, pmem.getLongAcquire(64));
        assertTrue(pmem.compareAndSetInt(68, Integer.MIN_VALUE, 5));
        assertFalse(pmem.compareAndSetInt(68, Integer.MIN_VALUE, 6));
        assertEquals(5L << 32, pmem.getLong(64));
        assertThrows(IndexOutOfBoundsException.class, () -> pmem.compareAndSetLong(SIZE, 0, 1));
        assertThrows(IndexOutOfBoundsException.class, () -> pmem.compareAndSetInt(SIZE, 0, 1));
    }

    @Test
    void rawStoreAndTheSpaceAreTheSameBytes() {
        BytesStore<?, ?> raw = pmem.raw(4096, 8192);
        assertEquals(8192, raw.capacity());
        pmem.putInt(4100, 0x01020304);
        assertEquals(0x0304, raw.readShort(4));
        raw.writeLong(8, 0x1122334455667788L);
        raw.writeVolatileInt(16, 3);
        assertTrue(raw.compareAndSwapInt(16, 3, 4));
        assertEquals(9, raw.addAndGetInt(16, 5));
        raw.write(100, "text".getBytes(US_ASCII));
        raw.writeDouble(200, 1.5);
        assertEquals(0x1122334455667788L, pmem.getLong(4104));
        assertEquals(9, pmem.getInt(4112));
        assertEquals("text", text(4196, 4));
        assertEquals(1.5, Double.longBitsToDouble(pmem.getLong(4296)));
        pmem.persist(4096, 8192);
        raw.releaseLast();
        assertThrows(IndexOutOfBoundsException.class, () -> pmem.raw(SIZE - 4, 8));
    }

    @Test
    void accessOutsideIsRefused() {
        byte[] bytes = new byte[16];
        assertThrows(IndexOutOfBoundsException.class, () -> pmem.getLong(SIZE - 7));
        assertThrows(IndexOutOfBoundsException.class, () -> pmem.getInt(Long.MAX_VALUE));
        assertThrows(IndexOutOfBoundsException.class, () -> pmem.putByte(-1, (byte) 0));
        assertThrows(IndexOutOfBoundsException.class, () -> pmem.put(SIZE - 15, bytes, 0, 16));
        assertThrows(IndexOutOfBoundsException.class, () -> pmem.get(0, bytes, 1, 16));
        assertThrows(IndexOutOfBoundsException.class, () -> pmem.put(0, ByteBuffer.wrap(bytes), 8, 9));
        assertThrows(IndexOutOfBoundsException.class, () -> pmem.get(0, ByteBuffer.allocateDirect(4), 0, 5));
        assertThrows(IndexOutOfBoundsException.class, () -> pmem.copy(0, SIZE - 8, 9));
        assertThrows(IndexOutOfBoundsException.class, () -> pmem.zero(8, SIZE));
        assertThrows(IndexOutOfBoundsException.class, () -> pmem.zero(8, -1));
        assertThrows(IndexOutOfBoundsException.class, () -> pmem.flush(SIZE, 1));
    }

    @Test
    void growKeepsBytesAndAddsZeroes() {
        pmem.putLong(SIZE - 8, 42);
        pmem.grow(SIZE + 8192);
        pmem.grow(SIZE);
        assertEquals(SIZE + 8192, pmem.size());
        assertEquals(42, pmem.getLong(SIZE - 8));
        assertEquals(0, pmem.getLong(SIZE));
        pmem.putLong(SIZE + 8184, 43);
        pmem.persist(SIZE + 8184, Long.BYTES);
        assertEquals(43, pmem.getLong(SIZE + 8184));
    }

    @Test
    void flushesAndDrainsAreCounted() {
        pmem.putLong(60, 1);
        pmem.flush(60, Long.BYTES);
        pmem.putLong(256, 1);
        pmem.flush(256, Long.BYTES);
        pmem.flush(0, 0);
        pmem.drain();
        assertEquals(3, pmem.counters().flushedLineCount());
        assertEquals(16, pmem.counters().flushedByteCount());
        assertEquals(1, pmem.counters().drainCount());
        assertEquals(0, pmem.counters().redundantLineCount());
    }

    @Test
    void lineFlushedTwiceBeforeTheDrainIsRedundant() {
        pmem.put(0, new byte[100], 0, 100);
        pmem.flush(0, 100);
        pmem.flush(100, 28);
        pmem.drain();
        assertEquals(1, pmem.counters().redundantLineCount());
        pmem.putLong(100, 1);
        pmem.persist(100, Long.BYTES);
        assertEquals(1, pmem.counters().redundantLineCount());
    }

    @Test
    void agreesWithAnArrayOverRandomOperations() {
        Seed seed = Seed.draw();
        seed.run(() -> {
            RandomGenerator random = seed.random();
            byte[] model = new byte[(int) SIZE];
            for (int step = 0; step < 2000; step++) {
                change(random, model);
            }
            byte[] all = new byte[(int) SIZE];
            pmem.get(0, all, 0, all.length);
            assertArrayEquals(model, all);
        });
    }

    private void change(RandomGenerator random, byte[] model) {
        int length = random.nextInt(200_000 >> random.nextInt(17));
        int offset = random.nextInt((int) SIZE / 2 - length);
        int other = (int) SIZE / 2 + offset;
        switch (random.nextInt(4)) {
            case 0 -> {
                byte[] bytes = new byte[length];
                random.nextBytes(bytes);
                pmem.put(offset, bytes, 0, length);
                System.arraycopy(bytes, 0, model, offset, length);
            }
            case 1 -> {
                pmem.zero(offset, length);
                Arrays.fill(model, offset, offset + length, (byte) 0);
            }
            case 2 -> {
                pmem.copy(offset, other, length);
                System.arraycopy(model, offset, model, other, length);
            }
            default -> pmem.persist(offset, length);
        }
    }

    private String text(long offset, int length) {
        byte[] bytes = new byte[length];
        pmem.get(offset, bytes, 0, length);
        return new String(bytes, US_ASCII);
    }
}
