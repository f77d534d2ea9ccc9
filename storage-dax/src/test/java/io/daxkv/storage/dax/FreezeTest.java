package io.daxkv.storage.dax;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.daxkv.storage.testkit.RecordingPmem;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A frozen volume is durable and stays as it is: whoever would change it waits, holding no lock that others need, and
 * goes on after the thaw; a closed volume takes no store by any way. S54.
 */
@Timeout(60)
class FreezeTest {
    private static final int BLOCK = VolumeLayout.BLOCK_SIZE;
    private static final byte STORED = 'S';
    private static final byte WRITTEN = 'a';

    private final RecordingPmem pmem = new RecordingPmem(8L << 20);
    private final Actors actors = new Actors();
    private DaxVolume volume = newVolume();
    private DaxFile file = volume.create("file", DaxFileKind.ORDINARY);
    private DaxWindow window = file.window(0, 4 * BLOCK);

    private DaxVolume newVolume() {
        DaxVolume.format(pmem);
        return new DaxVolume(pmem, new FileOperations(), actors);
    }

    @AfterEach
    void layerIsSound() {
        actors.close();
        VolumeChecker.check(volume);
    }

    @Test
    void frozenVolumeIsDurable() {
        write(0, 2 * BLOCK);
        window.putByte(5, STORED);
        volume.freeze();
        VolumeChecker.checkDurable(volume, pmem, "freeze");
        DaxVolume image = DaxVolume.open(pmem.crashKeepingNothing());
        assertEquals(2 * BLOCK, image.open("file").size());
        assertEquals(STORED, read(image.open("file"), 5));
        volume.thaw();
    }

    @Test
    void storesToWritablePagesWaitAndOthersGoOn() {
        waitsForTheThaw(() -> window.putByte(0, STORED));
        assertEquals(STORED, window.getByte(0));
    }

    @Test
    void storesToHolesWait() {
        waitsForTheThaw(() -> window.putByte(3 * BLOCK, STORED));
        assertEquals(STORED, window.getByte(3 * BLOCK));
    }

    @Test
    void writesFromWindowsWait() {
        waitsForTheThaw(() -> file.write(0, window, BLOCK, 1));
        assertEquals(0, read(file, 0));
    }

    @Test
    void writesWait() {
        waitsForTheThaw(() -> write(0, 1));
        assertEquals(WRITTEN, read(file, 0));
    }

    @Test
    void channelsWaitWithoutTheIoLock() {
        DaxFileChannel channel = file.channel();
        waitsForTheThaw(() -> unchecked(() -> channel.write(ByteBuffer.wrap(new byte[1]), 0)));
        waitsForTheThaw(() -> unchecked(() -> channel.write(new ByteBuffer[] {ByteBuffer.wrap(new byte[1])})));
        waitsForTheThaw(() -> unchecked(() -> channel.truncate(BLOCK)));
        assertEquals(BLOCK, file.size());
    }

    private static void unchecked(Callable<?> call) {
        try {
            call.call();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void layoutChangesWait() {
        waitsForTheThaw(() -> file.truncate(BLOCK));
        waitsForTheThaw(() -> file.punchHole(0, BLOCK));
        waitsForTheThaw(() -> file.allocate(0, 2 * BLOCK));
        waitsForTheThaw(() -> file.zeroRange(0, 2 * BLOCK, SizeRule.KEEP));
        waitsForTheThaw(() -> file.lease(0, 1).close());
    }

    @Test
    void changesOfTheVolumeWait() {
        waitsForTheThaw(() -> volume.create("next", DaxFileKind.ORDINARY));
        waitsForTheThaw(() -> volume.delete("next"));
        waitsForTheThaw(() -> volume.grow(volume.size()));
    }

    private void waitsForTheThaw(Runnable change) {
        if (file.size() < 4 * BLOCK) {
            file.truncate(4 * BLOCK);
        }
        window.putByte(0, (byte) 1);
        volume.freeze();
        Actors.Actor actor = actors.park(SyncPoint.FREEZE_BEFORE_WAIT, change);
        assertEquals(1, window.getByte(0));
        assertEquals(1, read(file, 0));
        assertEquals(0, window.getByte(2 * BLOCK));
        file.fsync();
        file.fsync(0, BLOCK);
        assertFalse(file.parts().locks.io.isWriteLocked());
        assertEquals(1, read(DaxVolume.open(pmem.crashKeepingNothing()).open("file"), 0));
        actor.release();
        actor.awaitBlockedOrDone();
        assertFalse(actor.isDone(), "it waits");
        assertEquals(1, read(file, 0));
        volume.thaw();
        actor.finish();
        VolumeChecker.check(file, window);
    }

    @Test
    void freezeWaitsForAWriteUnderWay() {
        Actors.Actor write = actors.park(SyncPoint.IO_MID_COPY, () -> write(0, 2 * BLOCK));
        Actors.Actor freeze = actors.start(volume::freeze);
        freeze.awaitBlockedOrDone();
        assertFalse(freeze.isDone());
        write.finish();
        freeze.finish();
        assertEquals(WRITTEN, read(DaxVolume.open(pmem.crashKeepingNothing()).open("file"), 2 * BLOCK - 1));
        volume.thaw();
    }

    @Test
    void freezeWaitsForAStoreUnderWay() {
        write(0, BLOCK);
        window.putLong(0, 1);
        Actors.Actor store = actors.park(SyncPoint.STORE_AFTER_CHECK, () -> window.putLong(0, STORED));
        Actors.Actor freeze = actors.start(volume::freeze);
        while (!volume.core().epochs.isQuiescing()) {
            assertFalse(freeze.isDone());
            Thread.onSpinWait();
        }
        store.finish();
        freeze.finish();
        assertEquals(STORED, read(DaxVolume.open(pmem.crashKeepingNothing()).open("file"), 0));
        volume.thaw();
    }

    @Test
    void anyThreadThaws() {
        volume.freeze();
        actors.start(volume::thaw).finish();
        write(0, 1);
    }

    @Test
    void freezingTwiceAndThawingUnfrozenAreErrors() {
        assertThrows(IllegalStateException.class, volume::thaw);
        volume.freeze();
        assertTrue(assertThrows(IllegalStateException.class, volume::freeze)
                .getMessage()
                .contains("frozen already"));
        volume.thaw();
        assertThrows(IllegalStateException.class, volume::thaw);
    }

    @Test
    void closedVolumeTakesNoStoreThroughWindowsThatWereWritable() {
        file.truncate(BLOCK);
        window.putByte(0, STORED);
        DaxFile gone = volume.create("gone", DaxFileKind.ORDINARY);
        gone.truncate(BLOCK);
        DaxWindow orphan = gone.window(0, BLOCK);
        orphan.putByte(0, STORED);
        volume.delete("gone");
        volume.close();
        volume.close();
        assertThrows(VolumeShutDownException.class, () -> window.putByte(0, WRITTEN));
        assertThrows(VolumeShutDownException.class, () -> orphan.putByte(0, WRITTEN));
        assertEquals(STORED, window.getByte(0), "loads go on");
        assertEquals(STORED, orphan.getByte(0));
        orphan.close();
        assertEquals(STORED, read(DaxVolume.open(pmem.crashKeepingNothing()).open("file"), 0));
    }

    @Test
    void closeEndsAFreezeAndRefusesWhatWaited() {
        file.truncate(BLOCK);
        volume.freeze();
        Actors.Actor store = actors.park(
                SyncPoint.FREEZE_BEFORE_WAIT,
                () -> assertThrows(VolumeShutDownException.class, () -> window.putByte(0, STORED)));
        volume.close();
        store.finish();
        assertThrows(IllegalStateException.class, volume::thaw);
        assertThrows(VolumeShutDownException.class, volume::freeze);
    }

    private void write(long offset, int length) {
        byte[] bytes = new byte[length];
        Arrays.fill(bytes, WRITTEN);
        file.write(offset, ByteBuffer.wrap(bytes));
    }

    private static byte read(DaxFile file, long offset) {
        ByteBuffer found = ByteBuffer.allocate(1);
        file.read(offset, found);
        return found.get(0);
    }
}
