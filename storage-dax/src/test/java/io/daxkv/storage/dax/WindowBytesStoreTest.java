package io.daxkv.storage.dax;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertIterableEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.daxkv.storage.testkit.RecordingPmem;
import io.daxkv.storage.testkit.Seed;
import java.nio.BufferOverflowException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.List;
import net.openhft.chronicle.bytes.Bytes;
import net.openhft.chronicle.bytes.BytesStore;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Code written for Chronicle Bytes runs on a window as on memory, and everything it stored is tracked: exactly its
 * lines are dirty, and after an fsync a power failure takes nothing.
 */
class WindowBytesStoreTest {
    private static final int SIZE = ChronicleProgram.SIZE;

    private final RecordingPmem pmem = new RecordingPmem(4L << 20);
    private final DaxVolume volume = DaxVolume.format(pmem);
    private final DaxFile file = volume.create("file", DaxFileKind.ORDINARY);

    WindowBytesStoreTest() {
        file.truncate(SIZE);
    }

    @AfterEach
    void layerIsSound() {
        VolumeChecker.check(volume);
    }

    @Test
    void programSeesWhatItSeesInMemory() {
        Seed seed = Seed.draw();
        seed.run(() -> {
            Bytes<?> onHeap = Bytes.wrapForWrite(new byte[SIZE]);
            Bytes<?> direct = Bytes.allocateDirect(SIZE);
            Bytes<?> onWindow = file.window(0, SIZE).bytes();
            List<String> expected = new ChronicleProgram(onHeap, seed.random()).run();
            assertIterableEquals(
                    expected, new ChronicleProgram(direct, seed.random()).run(), "heap and direct memory agree");
            assertIterableEquals(expected, new ChronicleProgram(onWindow, seed.random()).run());
            assertArrayEquals(
                    onHeap.bytesForRead().toByteArray(), onWindow.bytesForRead().toByteArray());
            direct.releaseLast();
        });
    }

    @Test
    void whatTheProgramStoredSurvivesAPowerFailureAfterFsync() {
        Seed seed = Seed.draw();
        seed.run(() -> {
            Bytes<?> bytes = file.window(0, SIZE).bytes();
            new ChronicleProgram(bytes, seed.random()).run();
            file.fsync();
            VolumeChecker.checkDurable(volume, pmem, "fsync");
            byte[] stored = bytes.bytesForRead().toByteArray();
            DaxFile survivor = DaxVolume.open(pmem.crashKeepingNothing()).open("file");
            assertArrayEquals(stored, survivor.window(0, SIZE).bytesStore().toByteArray());
        });
    }

    @Test
    void exactlyTheLinesStoredToAreDirty() {
        file.allocate(0, SIZE);
        file.fsync();
        BytesStore<?, ?> store = file.window(0, SIZE).bytesStore();
        dirties(1, () -> store.writeByte(64, (byte) 1));
        dirties(2, () -> store.writeShort(127, (short) 1));
        dirties(2, () -> store.writeLong(4092, 1));
        dirties(1, () -> store.writeVolatileInt(4, 1));
        dirties(1, () -> store.compareAndSwapLong(8, 0, 1));
        dirties(0, () -> store.compareAndSwapLong(8, 0, 1));
        dirties(0, () -> store.compareAndSwapInt(16, 1, 2));
        dirties(1, () -> store.addAndGetInt(16, 2));
        dirties(0, () -> store.writeMaxLong(8, -5));
        dirties(3, () -> store.write(60, new byte[100], 0, 100));
        dirties(16, () -> store.zeroOut(1024, 2048));
        dirties(2, () -> store.move(0, 1000, 65));
        dirties(3, () -> store.writeUtf8(8190, "x".repeat(70)));
        BytesStore<?, ?> other = BytesStore.nativeStoreFrom(new byte[6]);
        dirties(1, () -> store.nativeWrite(other.addressForRead(0), 0, 6));
        dirties(0, () -> store.nativeRead(0, other.addressForWrite(0), 6));
        other.releaseLast();
        dirties(0, () -> store.bytesForRead().toByteArray());
        dirties(0, store::hashCode);
    }

    private void dirties(long lines, Runnable store) {
        store.run();
        assertEquals(lines, file.dirtyLineCount());
        file.fsync();
        pmem.assertNoRedundantFlush();
    }

    @Test
    void outsideTheWindowIsUnderflowOrOverflowAndStoresNothing() {
        BytesStore<?, ?> store = file.window(4096, 8192).bytesStore();
        assertThrows(BufferUnderflowException.class, () -> store.readByte(8192));
        assertThrows(BufferUnderflowException.class, () -> store.readLong(8185));
        assertThrows(BufferUnderflowException.class, () -> store.readInt(-1));
        assertThrows(BufferOverflowException.class, () -> store.writeInt(8189, 1));
        assertThrows(BufferOverflowException.class, () -> store.write(8000, new byte[200], 0, 200));
        assertThrows(BufferOverflowException.class, () -> store.write(8000, ByteBuffer.allocate(200), 0, 200));
        assertThrows(BufferOverflowException.class, () -> store.move(0, 8000, 200));
        Bytes<?> bytes = file.window(4096, 8192).bytes();
        bytes.writePosition(8190);
        assertThrows(BufferOverflowException.class, () -> bytes.writeLong(1));
        assertThrows(
                BufferUnderflowException.class, () -> bytes.readPosition(8190).readLong());
        assertEquals(0, file.dirtyLineCount());
    }

    @Test
    void theWindowsErrorsPassThrough() {
        DaxWindow window = file.window(0, 2L * SIZE);
        Bytes<?> bytes = window.bytes();
        bytes.writePosition(SIZE);
        assertThrows(BeyondEndOfFileException.class, () -> bytes.writeLong(1));
        assertThrows(BeyondEndOfFileException.class, () -> bytes.readLong(SIZE + 8));
        assertThrows(IllegalArgumentException.class, () -> bytes.compareAndSwapLong(4, 0, 1));
        bytes.writePosition(0).writeLong(5);
        window.close();
        assertThrows(WindowClosedException.class, () -> bytes.writeLong(1));
        assertThrows(WindowClosedException.class, bytes::readLong);
        file.fsync();
        assertEquals(5, file.window(0, SIZE).getLong(0));
    }

    @ParameterizedTest
    @EnumSource(names = {"PROTECTED", "SYNC", "PRIVATE"})
    void programSeesTheSameThroughEveryModeThatStores(WindowMode mode) {
        Bytes<?> onHeap = Bytes.wrapForWrite(new byte[SIZE]);
        Bytes<?> onWindow = file.window(0, SIZE, mode).bytes();
        List<String> expected = new ChronicleProgram(onHeap, Seed.of(1).random()).run();
        assertIterableEquals(expected, new ChronicleProgram(onWindow, Seed.of(1).random()).run());
        file.fsync();
    }

    @Test
    void readOnlyWindowReadsAndRefusesStores() {
        file.window(0, SIZE).putLong(0, 7);
        Bytes<?> bytes = file.window(0, SIZE, WindowMode.READ_ONLY).bytesStore().bytesForRead();
        assertEquals(7, bytes.readLong());
        assertThrows(WindowPermissionException.class, () -> bytes.writeLong(0, 1));
        assertThrows(WindowPermissionException.class, () -> bytes.compareAndSwapLong(0, 7, 1));
    }

    @Test
    void addressIsRefusedWithWhatToUseInstead() {
        WindowBytesStore store = file.window(0, SIZE).bytesStore();
        assertFalse(store.isDirectMemory());
        UnsupportedOperationException refused =
                assertThrows(UnsupportedOperationException.class, () -> store.addressForRead(0));
        assertTrue(refused.getMessage().contains("lease"), refused.getMessage());
        assertThrows(UnsupportedOperationException.class, () -> store.addressForWrite(0));
        assertThrows(UnsupportedOperationException.class, store::addressForWritePosition);
    }

    @Test
    void releaseEndsOneViewAndNotTheWindow() {
        DaxWindow window = file.window(0, SIZE);
        Bytes<?> one = window.bytes();
        WindowBytesStore store = window.bytesStore();
        Bytes<?> two = store.bytesForWrite();
        one.writeLong(1);
        one.releaseLast();
        assertEquals(0, one.refCount());
        assertThrows(IllegalStateException.class, () -> one.writeLong(2));
        two.writeLong(3);
        two.releaseLast();
        assertEquals(1, store.refCount());
        store.writeLong(8, 4);
        store.releaseLast();
        assertThrows(IllegalStateException.class, () -> store.readLong(0));
        assertEquals(3, window.getLong(0));
        assertEquals(4, window.getLong(8));
    }

    @Test
    void valuesCountedByManyThreadsAddUp() throws InterruptedException {
        BytesStore<?, ?> store = file.window(0, SIZE).bytesStore();
        Thread[] threads = new Thread[3];
        for (int i = 0; i < threads.length; i++) {
            threads[i] = new Thread(() -> {
                for (int n = 0; n < 1000; n++) {
                    store.addAndGetLong(0, 1);
                    store.addAndGetInt(12, 2);
                }
            });
            threads[i].start();
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertEquals(3000, store.readVolatileLong(0));
        assertEquals(6000, store.readVolatileInt(12));
    }

    @Test
    void twoViewsOfOneFileAreOneSpaceOfBytes() {
        Bytes<?> writer = file.window(0, SIZE).bytes();
        Bytes<?> reader = file.window(4096, 4096).bytes();
        writer.writePosition(4096).writeUtf8("shared");
        assertEquals("shared", reader.writePosition(4096).readUtf8());
        BytesStore<?, ?> all = file.window(0, SIZE).bytesStore();
        assertEquals(all, file.window(0, SIZE).bytesStore());
        assertEquals(all.hashCode(), all.copy().hashCode());
        assertEquals(all.toString(), all.copy().toString());
    }
}
