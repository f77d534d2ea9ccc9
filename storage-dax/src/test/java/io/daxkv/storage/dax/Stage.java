package io.daxkv.storage.dax;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.daxkv.storage.testkit.PmemEvent;
import io.daxkv.storage.testkit.RecordingPmem;
import io.daxkv.storage.testkit.Seed;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;

/**
 * Where a {@link Scenario} plays: a volume with a sparse file, a long-lived window over it, and another file that wants
 * blocks. {@code P0} works through windows, {@code P1} through the IO path.
 *
 * <p>Whatever plays, nobody may flush, drain or park while inside an index lock (L4, S49).
 */
final class Stage implements SyncPoint.Hook {
    static final int BLOCK = VolumeLayout.BLOCK_SIZE;
    static final long HUGE = VolumeLayout.HUGE_SIZE;
    static final long FAR = 3L << 20;
    static final long SIZE = 4L << 20;
    static final byte STORED = 'S';
    static final byte WRITTEN = 'a';
    static final byte REWRITTEN = 'b';
    static final byte FOREIGN = 'g';
    private static final long VOLUME_SIZE = 16L << 20;
    private static final int RANDOM_IMAGES = 2;

    private final Setup setup;
    final Actors actors;
    final FaultyPmem pmem = new FaultyPmem(new RecordingPmem(VOLUME_SIZE));
    /** What else happens at a sync point, on the thread that gets there. */
    SyncPoint.Hook also = SyncPoint.Hook.NONE;

    private Consumer<PmemEvent> atEvent = event -> {};

    DaxVolume volume;
    DaxFile file;
    DaxFile foreign;
    DaxWindow window;

    /**
     * What a scenario plays with.
     *
     * @param operations the layer's, right or faulty
     * @param mode of the windows whose mode is not the point
     * @param cachesPersist whether what was stored is durable without a flush, and a flush does nothing
     */
    record Setup(FileOperations operations, WindowMode mode, boolean cachesPersist) {}

    Stage(Setup setup, Actors actors) {
        this.setup = setup;
        this.actors = actors;
        DaxVolume.format(pmem);
        if (setup.cachesPersist) {
            pmem.leaveOutFlushes();
        }
        // Pins hold up layout changes for ever here: nothing in a race test depends on time.
        DaxVolumeOptions options = new DaxVolumeOptions(Duration.ofSeconds(Long.MAX_VALUE), () -> 0);
        volume = new DaxVolume(pmem, setup.operations, options, this);
        file = volume.create("f", DaxFileKind.ORDINARY);
        file.truncate(SIZE);
        foreign = volume.create("g", DaxFileKind.ORDINARY);
        window = window(0, SIZE);
        actors.watchEpochs(volume.core().epochs);
        pmem.recorder().onEvent(event -> {
            if (event.kind() != PmemEvent.Kind.STORED) {
                checkNotInIndexLock(event.kind().toString());
                atEvent.accept(event);
            }
        });
    }

    @Override
    public void reached(SyncPoint point) {
        checkNotInIndexLock(point.toString());
        also.reached(point);
        actors.reached(point);
    }

    /** L4: whoever gets here may sleep. */
    private void checkNotInIndexLock(String where) {
        if (file == null) {
            return;
        }
        for (long at = 0; at < SIZE; at += HUGE) {
            TreeChunk chunk = chunk(VolumeLayout.indexOf(at));
            assertFalse(
                    chunk != null && chunk.indexLock.isHeldByCurrentThread(), "L4: inside the index lock at " + where);
        }
    }

    // Steps.

    /** Opens a window of the mode that the scenario plays in. */
    DaxWindow window(long offset, long length) {
        return volume.open("f").window(offset, length, setup.mode);
    }

    boolean isProtected() {
        return setup.mode == WindowMode.PROTECTED;
    }

    FileOperations operations() {
        return setup.operations;
    }

    /** Writes {@code length} bytes 'a' by the IO path. */
    void write(long offset, int length) {
        fill(offset, length, WRITTEN);
    }

    void fill(long offset, int length, byte value) {
        file.write(offset, ByteBuffer.wrap(bytes(length, value)));
    }

    /** Reads one byte by the IO path. */
    byte read(long offset) {
        return read(file, offset);
    }

    byte read(DaxFile from, long offset) {
        ByteBuffer found = ByteBuffer.allocate(1);
        from.read(offset, found);
        return found.get(0);
    }

    /** Gives the other file {@code count} blocks and writes 'g' all over them. */
    void fillForeign(int count) {
        foreign.write(0, ByteBuffer.wrap(bytes(count * BLOCK, FOREIGN)));
    }

    /** Checks that the other file has only what was written to it. */
    void expectForeign(int count) {
        ByteBuffer found = ByteBuffer.allocate(count * BLOCK);
        foreign.read(0, found);
        assertTrue(Arrays.equals(bytes(count * BLOCK, FOREIGN), found.array()), "another file's bytes changed");
    }

    /** Leaves the volume {@code blocks} free blocks. */
    void leaveFree(long blocks) {
        DaxFile filler = volume.create("filler", DaxFileKind.SELF_CERTIFYING);
        long most = volume.freeSize() - (blocks + 32) * BLOCK;
        filler.allocate(0, most);
        for (long at = most; volume.freeSize() > blocks * BLOCK; at += BLOCK) {
            filler.write(at, ByteBuffer.wrap(new byte[1]));
        }
        assertEquals(blocks * BLOCK, volume.freeSize());
    }

    TreeChunk chunk(long index) {
        return file.parts().tree.chunk(index);
    }

    boolean isDirty(long offset) {
        TreeChunk chunk = chunk(VolumeLayout.indexOf(offset));
        return chunk != null && chunk.isDirty(VolumeLayout.indexOf(offset));
    }

    // Crashes.

    /** Syncs, lets the power fail, and checks each of what it may have left. */
    void syncAndCrash(Runnable check) {
        file.fsync();
        afterCrash(check);
    }

    /**
     * Lets the power fail here and checks what may be left: nothing that was not durable, and images drawn at random.
     */
    void afterCrash(Runnable check) {
        for (RecordingPmem image : images()) {
            volume = DaxVolume.open(image);
            file = volume.exists("f") ? volume.open("f") : null;
            foreign = volume.open("g");
            window = null;
            check.run();
            VolumeChecker.check(volume);
        }
    }

    /**
     * Runs {@code steps} and lets the power fail before each flush is lost or kept: at every flush and drain, what
     * could be left of file "f" is opened and given to {@code check}.
     */
    void eachCrash(Runnable steps, Consumer<DaxFile> check) {
        List<RecordingPmem> images = new ArrayList<>();
        atEvent = event -> images.addAll(images());
        try {
            steps.run();
        } finally {
            atEvent = event -> {};
        }
        for (RecordingPmem image : images) {
            DaxVolume left = DaxVolume.open(image);
            VolumeChecker.check(left);
            check.accept(left.open("f"));
            VolumeChecker.check(left);
        }
    }

    /** Gives file "f" of each volume that a power failure now could leave to {@code check}; the stage goes on. */
    void eachImage(Consumer<DaxFile> check) {
        for (RecordingPmem image : images()) {
            DaxVolume left = DaxVolume.open(image);
            check.accept(left.open("f"));
            VolumeChecker.check(left);
        }
    }

    /** What a power failure now could leave: nothing that is not durable, and images drawn at random. */
    private List<RecordingPmem> images() {
        if (setup.cachesPersist) {
            return List.of(pmem.recorder().crashKeepingEverything());
        }
        List<RecordingPmem> images = new ArrayList<>();
        images.add(pmem.recorder().crashKeepingNothing());
        for (int i = 1; i <= RANDOM_IMAGES; i++) {
            images.add(pmem.recorder().crash(Seed.of(i).random()));
        }
        return images;
    }

    // Checks.

    void expect(long expected, long actual) {
        assertEquals(expected, actual, () -> "as characters: " + readable(expected) + " and " + readable(actual));
    }

    private static String readable(long value) {
        return value > ' ' && value < 127 ? Character.toString((char) value) : Long.toString(value);
    }

    /** Checks that every byte of a range is what one of {@code allowed} would have left. */
    void expectOnly(long offset, int length, byte... allowed) {
        ByteBuffer found = ByteBuffer.allocate(length);
        file.read(offset, found);
        for (int i = 0; i < length; i++) {
            boolean ok = false;
            for (byte value : allowed) {
                ok |= found.get(i) == value;
            }
            assertTrue(ok, "offset=" + (offset + i) + ", found=" + found.get(i));
        }
    }

    void checkInvariants() {
        VolumeChecker.check(volume);
        if (window != null && !window.isClosed()) {
            VolumeChecker.check(file, window);
        }
    }

    static byte[] bytes(int length, byte value) {
        byte[] bytes = new byte[length];
        Arrays.fill(bytes, value);
        return bytes;
    }
}
