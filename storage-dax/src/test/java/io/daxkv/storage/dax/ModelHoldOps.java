package io.daxkv.storage.dax;

import static io.daxkv.storage.dax.ModelOp.Trait.PASSIVE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import net.openhft.chronicle.bytes.BytesStore;

/** What holds blocks: pins, leases, files that are unlinked and still in use; and a volume that is frozen or full. */
final class ModelHoldOps {
    private ModelHoldOps() {}

    static List<ModelOp.Kind> rows() {
        return List.of(
                ModelOp.Kind.of(
                                "pin",
                                2,
                                ModelHoldOps::pin,
                                ModelArg.FILE,
                                ModelArg.OFFSET,
                                ModelArg.LENGTH,
                                ModelArg.VARIANT)
                        .with(PASSIVE),
                ModelOp.Kind.of("unpin", 1, ModelHoldOps::unpin, ModelArg.VARIANT),
                ModelOp.Kind.of(
                        "lease",
                        2,
                        ModelHoldOps::lease,
                        ModelArg.FILE,
                        ModelArg.OFFSET,
                        ModelArg.LENGTH,
                        ModelArg.VARIANT),
                ModelOp.Kind.of("poison", 2, ModelHoldOps::poison, ModelArg.FILE, ModelArg.BLOCK, ModelArg.VARIANT),
                ModelOp.Kind.of("freeze", 1, ModelHoldOps::freeze, ModelArg.FILE, ModelArg.OFFSET, ModelArg.LENGTH),
                ModelOp.Kind.of("fill", 1, ModelHoldOps::fill, ModelArg.FILE, ModelArg.VARIANT));
    }

    /** A pin shows the file as it is when it is taken, and keeps its blocks whatever happens to the file. */
    private static void pin(ModelRun run, ModelOp op) {
        ModelFile file = run.file(op);
        int slot = op.get(ModelArg.VARIANT) % run.pins.length;
        if (file == null || run.pins[slot] != null) {
            return;
        }
        int offset = op.get(ModelArg.OFFSET);
        int length = Math.min(op.get(ModelArg.LENGTH), file.size() - offset);
        if (length > 0) {
            run.pins[slot] = file.file.pin(offset, length);
            run.checks.assertSame("by pin", file, offset, contentOf(run.pins[slot]));
        }
    }

    private static void unpin(ModelRun run, ModelOp op) {
        int slot = op.get(ModelArg.VARIANT) % run.pins.length;
        if (run.pins[slot] != null) {
            contentOf(run.pins[slot]);
            run.pins[slot].close();
            run.pins[slot] = null;
        }
    }

    private static byte[] contentOf(DaxPin pin) {
        byte[] bytes = new byte[(int) pin.length()];
        pin.get(0, bytes, 0, bytes.length);
        return bytes;
    }

    /** Stores nobody sees: an fsync, during the lease or after it, makes them durable all the same (U4). */
    private static void lease(ModelRun run, ModelOp op) {
        ModelFile file = run.file(op);
        int offset = op.get(ModelArg.OFFSET);
        int length = file == null ? 0 : Math.min(op.get(ModelArg.LENGTH), file.size() - offset);
        if (length <= 0) {
            return;
        }
        RawLease[] lease = {null};
        run.flushesByBlock();
        if (run.hasSpaceFor(ModelIoOps.blocks(offset, length), () -> lease[0] = file.file.lease(offset, length))) {
            byte[] bytes = op.bytes(offset, length);
            for (PinnedRun part : lease[0].runs()) {
                BytesStore<?, ?> memory = lease[0].bytesStore(part);
                int from = (int) part.position();
                memory.write(memory.start(), Arrays.copyOfRange(bytes, from, from + (int) part.length()), 0, (int)
                        part.length());
            }
            file.put(op.number(), offset, bytes, true);
            if ((op.get(ModelArg.VARIANT) & 1) == 0) {
                ModelFile.Sync sync = file.beginSync(offset, offset + length);
                file.file.fsync(offset, length);
                file.endSync(sync);
            }
            lease[0].close();
        }
        run.checks.changed(file, offset, length);
    }

    /** The medium loses a block: nobody gets bytes of it until it was written whole, or given up (F19, I3, I10). */
    private static void poison(ModelRun run, ModelOp op) {
        ModelFile file = run.file(op);
        int offset = (int) VolumeLayout.offsetOf(op.get(ModelArg.BLOCK));
        // A shared one would be lost to every file that shares it.
        if (file == null
                || offset + VolumeLayout.BLOCK_SIZE > file.size()
                || !file.file.parts().blocks.isReady(op.get(ModelArg.BLOCK))) {
            return;
        }
        // A repair flushes the block it stored, and its marks stay.
        run.flushesByBlock();
        file.file.markPoisoned(offset, VolumeLayout.BLOCK_SIZE);
        for (ModelWindow window : run.windows) {
            boolean meets = window != null && window.file == file && window.offset <= offset && offset < window.end();
            if (meets && !window.hasCopy(op.get(ModelArg.BLOCK))) {
                assertThrows(PoisonedException.class, () -> window.load(offset, 1, 0));
            }
        }
        assertThrows(PoisonedException.class, () -> run.checks.read(file, offset, 1));
        run.coverage.count("I3");
        assertThrows(PoisonedException.class, () -> file.file.write(offset + 1, ByteBuffer.wrap(new byte[] {1})));
        run.coverage.count("I10");
        byte[] bytes = op.bytes(offset, VolumeLayout.BLOCK_SIZE);
        if ((op.get(ModelArg.VARIANT) & 1) == 0
                && run.hasSpaceFor(1, () -> file.file.write(offset, ByteBuffer.wrap(bytes)))) {
            file.put(op.number(), offset, bytes, true);
            file.synced(offset, offset + bytes.length);
        } else {
            file.file.punchHole(offset, VolumeLayout.BLOCK_SIZE);
            file.zero(op.number(), offset, offset + VolumeLayout.BLOCK_SIZE);
            file.synced(offset, offset + VolumeLayout.BLOCK_SIZE);
        }
        run.checks.changed(file, offset, VolumeLayout.BLOCK_SIZE);
    }

    /** A frozen volume is durable as it is, may be read and synced, and is as before when it is thawed. */
    private static void freeze(ModelRun run, ModelOp op) {
        run.volume.freeze();
        try {
            for (ModelFile file : run.files) {
                if (file != null) {
                    file.synced(0, file.size());
                    file.syncSize();
                    assertEquals(0, file.file.dirtyLineCount(), "dirty lines of a frozen file");
                }
            }
            ModelFile file = run.file(op);
            if (file != null) {
                int offset = Math.min(op.get(ModelArg.OFFSET), file.size());
                int length = Math.min(op.get(ModelArg.LENGTH), file.size() - offset);
                if (length > 0) {
                    run.checks.assertSame("frozen", file, offset, run.checks.read(file, offset, length));
                }
                file.file.fsync();
            }
        } finally {
            run.volume.thaw();
        }
    }

    /**
     * Leaves only a few blocks free: preallocates far behind the end, until the next cut or open. Not where 2 MiB
     * blocks are wanted.
     */
    private static void fill(ModelRun run, ModelOp op) {
        ModelFile file = run.file(op);
        long free = run.volume.freeSize() >>> VolumeLayout.BLOCK_SHIFT;
        int left = op.get(ModelArg.VARIANT) % 16;
        if (file != null && free > left && run.profile != ModelProfile.HUGE) {
            long first = run.profile.sizeMax() + VolumeLayout.HUGE_SIZE & -VolumeLayout.HUGE_SIZE;
            for (long count = free - left; count > 0; count = count * 7 / 8) {
                long length = VolumeLayout.offsetOf(count);
                if (run.hasSpaceFor((int) count, () -> file.file.allocate(first, length, SizeRule.KEEP))) {
                    break;
                }
            }
            assertTrue(run.volume.freeSize() >>> VolumeLayout.BLOCK_SHIFT <= free, "allocating made space");
        }
    }
}
