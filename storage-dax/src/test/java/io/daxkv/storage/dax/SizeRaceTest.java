package io.daxkv.storage.dax;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.daxkv.storage.testkit.RecordingPmem;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * The durable size of a file and its bytes agree, whoever grows, cuts or deletes it while an fsync is under way.
 *
 * <p>Method: the fsync is parked at one of its sync points, the other operation runs until it is done or waits, power
 * fails afterwards and keeps nothing that was not made durable.
 */
class SizeRaceTest {
    private static final int BLOCK = VolumeLayout.BLOCK_SIZE;
    private static final byte WRITTEN = 'a';

    private final Actors actors = new Actors();
    private final RecordingPmem pmem = new RecordingPmem(64L << 20);
    private SyncPoint.Hook hook = actors;
    private DaxVolume volume = newVolume();
    private DaxFile file = volume.create("file", DaxFileKind.ORDINARY);

    private DaxVolume newVolume() {
        DaxVolume.format(pmem);
        return new DaxVolume(pmem, new FileOperations(), point -> hook.reached(point));
    }

    @AfterEach
    void freeActors() {
        actors.close();
        VolumeChecker.check(volume);
    }

    @Test
    void fsyncPersistsNoSizeWhoseBytesItDidNotWriteBack() {
        write(0, BLOCK);
        Actors.Actor fsync = actors.park(SyncPoint.SYNC_AFTER_FENCE, file::fsync);
        write(BLOCK, BLOCK);
        fsync.finish();
        reopenAfterCrash();
        assertEquals(WRITTEN, read(0));
        assertTrue(file.size() <= BLOCK || read(BLOCK) == WRITTEN, "size=" + file.size());
    }

    @Test
    void truncateDuringAnFsyncStays() {
        write(0, 2 * BLOCK);
        Actors.Actor fsync = actors.park(SyncPoint.SYNC_AFTER_FENCE, file::fsync);
        Actors.Actor truncate = actors.start(() -> file.truncate(0));
        truncate.awaitBlockedOrDone();
        fsync.finish();
        truncate.finish();
        reopenAfterCrash();
        assertEquals(0, file.size());
    }

    @Test
    void allocateDuringAnFsyncStays() {
        write(0, BLOCK);
        Actors.Actor fsync = actors.park(SyncPoint.SYNC_AFTER_FENCE, file::fsync);
        Actors.Actor allocate = actors.start(() -> file.allocate(0, 4 * BLOCK));
        allocate.awaitBlockedOrDone();
        fsync.finish();
        allocate.finish();
        reopenAfterCrash();
        assertEquals(4 * BLOCK, file.size());
    }

    @Test
    void deleteDuringAnFsyncLeavesTheNextOwnerOfTheInodeAlone() {
        write(0, 2 * BLOCK);
        Actors.Actor fsync = actors.park(SyncPoint.SYNC_AFTER_FENCE, file::fsync);
        Actors.Actor delete = actors.start(() -> {
            volume.delete("file");
            for (int i = 0; i < VolumeLayout.INODES_PER_BLOCK; i++) {
                volume.create("next" + i, DaxFileKind.ORDINARY);
            }
        });
        delete.awaitBlockedOrDone();
        fsync.finish();
        delete.finish();
        volume = DaxVolume.open(pmem.crashKeepingNothing());
        for (int i = 0; i < VolumeLayout.INODES_PER_BLOCK; i++) {
            assertEquals(0, volume.open("next" + i).size(), "file=next" + i);
        }
    }

    /** S17: what an fsync does is bounded by the dirt there was when it began. */
    @Test
    void fsyncEndsUnderASteadyAppender() {
        int[] tagged = {0};
        write(0, 1);
        hook = point -> {
            if (point == SyncPoint.SYNC_AFTER_TAG && ++tagged[0] < 10) {
                write(tagged[0] * VolumeLayout.HUGE_SIZE, 1);
            }
        };
        file.fsync();
        assertEquals(1, tagged[0], "2 MiB pieces written back");
    }

    private void reopenAfterCrash() {
        volume = DaxVolume.open(pmem.crashKeepingNothing());
        file = volume.open("file");
    }

    private void write(long offset, int length) {
        byte[] bytes = new byte[length];
        Arrays.fill(bytes, WRITTEN);
        file.write(offset, ByteBuffer.wrap(bytes));
    }

    private byte read(long offset) {
        ByteBuffer found = ByteBuffer.allocate(1);
        file.read(offset, found);
        return found.get(0);
    }
}
