package io.daxkv.storage.dax;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What is compared after each operation: the changed bytes by IO and through every window that shows them (M7, M14),
 * sizes, the end of the last block (M9), and the invariants of {@link VolumeChecker}.
 */
final class ModelChecks {
    /** Longer ranges are compared at their ends and where 2 MiB begin; the whole file now and then. */
    private static final int COMPARED_MAX = 32 << 10;

    private static final int EDGE = 2 * VolumeLayout.BLOCK_SIZE;
    private static final int OPS_BETWEEN_FULL_COMPARES = 64;

    private static final int OPS_BETWEEN_LARGE_CHECKS = 4;

    private record Range(ModelFile file, int from, int to) {}

    private final ModelRun run;
    private final List<Range> changed = new ArrayList<>();
    private final ModelTransitions transitions;
    private int opCount;

    ModelChecks(ModelRun run, ModelCoverage coverage) {
        this.run = run;
        this.transitions = new ModelTransitions(coverage);
    }

    /** The volume was opened again: entries are gone, and that is no transition. */
    void reopened() {
        transitions.forget();
    }

    void begin(ModelOp op) {
        changed.clear();
    }

    /** From here to there the bytes, or what stands behind them, may be others now. */
    void changed(ModelFile file, int offset, int length) {
        changed.add(new Range(file, offset, offset + length));
    }

    void end(ModelOp op) {
        for (Range range : changed) {
            compare(range.file, range.from, Math.min(range.to, range.file.size()));
        }
        for (ModelFile file : run.files) {
            if (file != null) {
                assertEquals(file.size(), file.file.size(), "size of " + file.name);
                checkTail(file);
            }
        }
        transitions.look(run.files, run.profile.sizeMax());
        if (++opCount % OPS_BETWEEN_FULL_COMPARES == 0) {
            compareAll();
        }
        // On a small volume after every one; a large one costs as much to check as a dozen operations.
        if (opCount % OPS_BETWEEN_LARGE_CHECKS == 0 || run.profile != ModelProfile.HUGE) {
            checkInvariants();
        }
    }

    void checkInvariants() {
        VolumeChecker.check(run.volume);
        for (ModelWindow window : run.windows) {
            if (window != null) {
                VolumeChecker.check(window.file.file, window.window);
            }
        }
    }

    void compareAll() {
        for (ModelFile file : run.files) {
            if (file != null) {
                compareWhole(file, 0, file.size());
            }
        }
    }

    private void compare(ModelFile file, int from, int to) {
        if (to - from <= COMPARED_MAX) {
            compareWhole(file, from, to);
            return;
        }
        compareWhole(file, from, from + EDGE);
        for (long huge = from + VolumeLayout.HUGE_SIZE & -VolumeLayout.HUGE_SIZE; huge < to; ) {
            compareWhole(file, (int) huge - EDGE / 2, (int) Math.min(huge + EDGE / 2, to));
            huge += VolumeLayout.HUGE_SIZE;
        }
        compareWhole(file, to - EDGE, to);
    }

    private void compareWhole(ModelFile file, int from, int to) {
        if (from >= to) {
            return;
        }
        if (!file.isUnlinked()) {
            assertSame("by IO", file, from, read(file, from, to - from));
        }
        for (ModelWindow window : run.windows) {
            if (window != null && window.file == file) {
                int first = Math.max(from, window.offset);
                int last = Math.min(to, window.end());
                if (first < last) {
                    assertSame("through " + window, window, first, window.load(first, last - first, 3));
                }
            }
        }
    }

    /** Loads behind the end, in the last block, are zero unless something was stored there (M9). */
    private void checkTail(ModelFile file) {
        int size = file.size();
        int end = (int) VolumeLayout.offsetOf(VolumeLayout.indexCount(size));
        for (ModelWindow window : run.windows) {
            if (window != null
                    && window.file == file
                    && window.mode.storesToFile()
                    && file.endsInZeroes()
                    && size < end) {
                int from = Math.max(size, window.offset);
                int to = Math.min(end, window.end());
                if (from < to && from < size + EDGE) {
                    byte[] tail = window.load(from, to - from, 3);
                    for (int i = 0; i < tail.length; i++) {
                        if (tail[i] != 0) {
                            throw wrong("M9: a zero behind the end", file, from + i, tail[i]);
                        }
                    }
                }
            }
        }
    }

    byte[] read(ModelFile file, int offset, int length) {
        ByteBuffer target = ByteBuffer.allocate(length);
        int count = file.file.read(offset, target);
        assertEquals(length, count, "bytes read from " + file.name + " at " + offset);
        return target.array();
    }

    /** Fails unless {@code actual} is what loads through a window should give. */
    void assertSame(String how, ModelWindow window, int offset, byte[] actual) {
        byte[] expected = window.expected(offset, actual.length);
        for (int i = Arrays.mismatch(expected, actual); i >= 0 && i < actual.length; i++) {
            int at = offset + i;
            boolean isPrivate = window.hasCopy(at >>> VolumeLayout.BLOCK_SHIFT);
            if (actual[i] != expected[i] && (isPrivate || !isInFlight(window.file, at, actual[i]))) {
                throw wrong(
                        how + (isPrivate ? ", in a copy that has " + (expected[i] & 0xFF) : ""),
                        window.file,
                        at,
                        actual[i]);
            }
        }
    }

    /** Fails unless {@code actual} is what the file holds, or what a write under way is putting there. */
    void assertSame(String how, ModelFile file, int offset, byte[] actual) {
        for (int i = file.mismatch(offset, actual); i >= 0 && i < actual.length; i++) {
            if (actual[i] != (byte) file.byteAt(offset + i) && !isInFlight(file, offset + i, actual[i])) {
                throw wrong(how, file, offset + i, actual[i]);
            }
        }
    }

    private boolean isInFlight(ModelFile file, int at, byte value) {
        ModelRun.Flight flight = run.flight();
        return flight != null
                && flight.file() == file
                && at >= flight.offset()
                && at < flight.offset() + flight.bytes().length
                && flight.bytes()[at - flight.offset()] == value;
    }

    AssertionError wrong(String how, ModelFile file, int offset, byte actual) {
        byte expected = (byte) file.byteAt(offset);
        return new AssertionError("wrong byte, " + how + ": file=" + file.name + ", offset=" + offset + ", size="
                + file.size() + ", expected=" + (expected & 0xFF) + " by " + file.writerOf(offset, expected)
                + ", found="
                + (actual & 0xFF) + " by " + file.writerOf(offset, actual));
    }
}
