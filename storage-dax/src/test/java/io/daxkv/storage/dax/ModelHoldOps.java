package io.daxkv.storage.dax;

import static io.daxkv.storage.dax.ModelOp.Trait.PASSIVE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

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

    /** Leaves only a few blocks free: preallocates far behind the end, until the next cut or open. */
    private static void fill(ModelRun run, ModelOp op) {
        ModelFile file = run.file(op);
        long free = run.volume.freeSize() >>> VolumeLayout.BLOCK_SHIFT;
        int left = op.get(ModelArg.VARIANT) % 16;
        if (file != null && free > left) {
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
