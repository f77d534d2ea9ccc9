package io.daxkv.storage.dax;

import static io.daxkv.storage.dax.ModelOp.Trait.INTERRUPTIBLE;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;

/** IO whose buffer is a window, perhaps of the very same bytes, and IO through a channel. */
final class ModelBufferOps {
    private ModelBufferOps() {}

    static List<ModelOp.Kind> rows() {
        ModelArg[] transfer = {ModelArg.FILE, ModelArg.OFFSET, ModelArg.WINDOW, ModelArg.FROM, ModelArg.LENGTH};
        return List.of(
                ModelOp.Kind.of("writeFrom", 3, ModelBufferOps::writeFrom, transfer),
                ModelOp.Kind.of("readInto", 3, ModelBufferOps::readInto, transfer),
                ModelOp.Kind.of(
                                "channel",
                                3,
                                ModelBufferOps::channel,
                                ModelArg.FILE,
                                ModelArg.OFFSET,
                                ModelArg.LENGTH,
                                ModelArg.VARIANT)
                        .with(INTERRUPTIBLE));
    }

    /** Writes to a file what a window shows; where source and target overlap, later bytes may be the new ones. */
    private static void writeFrom(ModelRun run, ModelOp op) {
        ModelFile file = run.file(op);
        ModelWindow source = run.window(op);
        if (file == null || source == null) {
            return;
        }
        int offset = op.get(ModelArg.OFFSET);
        int position = op.get(ModelArg.FROM) % source.length;
        int from = source.offset + position;
        int length = Math.min(op.get(ModelArg.LENGTH), run.profile.sizeMax() - offset);
        int count = Math.min(length, Math.min(source.length - position, source.file.size() - from));
        if (count <= 0) {
            return;
        }
        byte[] bytes = source.expected(from, count);
        long[] done = {0};
        run.hasSpaceFor(
                ModelIoOps.blocks(offset, count),
                () -> done[0] = file.file.write(offset, source.window, position, count));
        run.coverage.count(done[0] == count ? "written whole" : "written in part");
        byte[] found = done[0] == 0 ? new byte[0] : run.checks.read(file, offset, (int) done[0]);
        for (int i = 0; i < found.length; i++) {
            int at = from + i - offset;
            boolean isShifted = at >= 0 && at < found.length && found[i] == found[at];
            if (found[i] != bytes[i] && !(source.file == file && isShifted)) {
                throw run.checks.wrong("written from a window", file, offset + i, found[i]);
            }
        }
        int sizeBefore = file.size();
        file.put(op.number(), offset, found, true);
        run.checks.changed(file, offset, count);
        run.grownBySync(file, sizeBefore);
    }

    /** Reads a file into a window, which may allocate, copy privately, or refuse. */
    private static void readInto(ModelRun run, ModelOp op) {
        ModelFile file = run.file(op);
        ModelWindow target = run.window(op);
        if (file == null || target == null || !target.storesToFile()) {
            return;
        }
        int offset = op.get(ModelArg.OFFSET);
        int position = op.get(ModelArg.FROM) % target.length;
        int at = target.offset + position;
        int count = Math.min(
                Math.min(op.get(ModelArg.LENGTH), file.size() - offset),
                Math.min(target.length - position, target.file.size() - at));
        if (count <= 0) {
            return;
        }
        byte[] bytes = file.bytes(offset, count);
        long[] done = {0};
        run.hasSpaceFor(
                ModelIoOps.blocks(at, count), () -> done[0] = file.file.read(offset, target.window, position, count));
        byte[] found = target.load(at, (int) done[0], 3);
        for (int i = 0; i < found.length; i++) {
            int source = offset + i - at;
            boolean isShifted = source >= 0 && source < found.length && found[i] == found[source];
            if (found[i] != bytes[i] && !(target.file == file && isShifted)) {
                throw run.checks.wrong("read into a window", target.file, at + i, found[i]);
            }
        }
        run.reachedBySync(target, at + found.length);
        target.file.put(op.number(), at, found, true);
        run.checks.changed(target.file, at, count);
    }

    /** One of the things a channel does, as code knows it that knows nothing of this layer. */
    private static void channel(ModelRun run, ModelOp op) {
        ModelFile file = run.file(op);
        int offset = op.get(ModelArg.OFFSET);
        if (file == null) {
            return;
        }
        int variant = op.get(ModelArg.VARIANT);
        int length = Math.min(op.get(ModelArg.LENGTH), run.profile.sizeMax() - offset);
        try (DaxFileChannel channel = file.file.channel()) {
            channel.position(offset);
            if (variant % 3 == 0) {
                byte[] bytes = op.bytes(offset, length);
                // Cut where 8 aligned bytes end, since a crash may keep one buffer's bytes and lose the other's.
                int cut = Math.max(0, (offset + length / 3 & -Long.BYTES) - offset);
                ByteBuffer[] parts = {ByteBuffer.wrap(bytes, 0, cut), ByteBuffer.wrap(bytes, cut, length - cut)};
                run.takeOff(file, offset, bytes);
                long[] done = {0};
                run.hasSpaceFor(ModelIoOps.blocks(offset, length), () -> done[0] = written(channel, parts));
                if (cut > 0 && done[0] > cut) {
                    file.passed(offset + cut);
                }
                run.land(op.number(), (int) done[0]);
            } else if (variant % 3 == 1) {
                ByteBuffer target = ByteBuffer.allocate(length);
                int count = channel.read(target);
                assertEquals(offset >= file.size() ? -1 : Math.min(length, file.size() - offset), count, "bytes read");
                run.checks.assertSame("by channel", file, offset, Arrays.copyOf(target.array(), Math.max(0, count)));
            } else {
                ModelFile.Sync sync = file.beginSync(0, file.size());
                channel.force((variant & 1) == 0);
                file.endSync(sync);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static long written(DaxFileChannel channel, ByteBuffer[] parts) {
        try {
            return channel.write(parts);
        } catch (IOException e) {
            if (e.getCause() instanceof NoSpaceException) {
                throw (NoSpaceException) e.getCause();
            }
            throw new UncheckedIOException(e);
        }
    }
}
