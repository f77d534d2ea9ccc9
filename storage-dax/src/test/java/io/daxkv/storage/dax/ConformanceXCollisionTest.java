package io.daxkv.storage.dax;

import static io.daxkv.storage.dax.ConformanceVolume.BLOCK;
import static io.daxkv.storage.dax.ConformanceVolume.assertBytes;
import static io.daxkv.storage.dax.ConformanceVolume.bytes;
import static io.daxkv.storage.dax.ConformanceVolume.read;
import static io.daxkv.storage.dax.ConformanceVolume.together;
import static io.daxkv.storage.dax.ConformanceVolume.write;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Two actors on one file: copies into a mapping against layout changes below it, dedupe against a writer. */
@Timeout(120)
class ConformanceXCollisionTest {
    private static final int SIZE = 4 * BLOCK;
    private static final int ROUNDS = 400;

    private enum Change {
        PUNCH,
        ZERO,
        TRUNCATE,
        COLLAPSE
    }

    @ParameterizedTest
    @EnumSource(Change.class)
    void x03CopyIntoAMappingSurvivesChangesOfItsBlocks(Change change) {
        ConformanceVolume volume = new ConformanceVolume(8 << 20);
        DaxFile source = volume.create("source", SIZE, 's');
        DaxFile file = volume.create("file", SIZE, 'f');
        DaxFile neighbour = volume.create("neighbour");
        DaxWindow window = file.window(0, SIZE);
        AtomicBoolean isOver = new AtomicBoolean();
        together(
                () -> {
                    while (!isOver.get()) {
                        copyInto(source, window, change);
                    }
                },
                () -> {
                    try {
                        for (int round = 0; round < ROUNDS; round++) {
                            change(file, change);
                            // Takes the blocks just freed, so that a copy still on its way would land in them.
                            write(neighbour, 0, SIZE, 'n');
                            assertBytes(bytes(SIZE, 'n'), read(neighbour), "neighbour, round " + round);
                            neighbour.punchHole(0, SIZE);
                        }
                    } finally {
                        isOver.set(true);
                    }
                });
        for (byte value : read(file)) {
            assertTrue(value == 's' || value == 'f' || value == 0, "a byte nobody wrote: " + value);
        }
        assertBytes(bytes(SIZE, 's'), read(source), "source");
        file.fsync();
        volume.check();
    }

    private static void copyInto(DaxFile source, DaxWindow window, Change change) {
        try {
            source.read(0, window, 0, SIZE);
        } catch (BeyondEndOfFileException e) {
            assertTrue(change == Change.TRUNCATE || change == Change.COLLAPSE, "only where the file gets shorter");
        }
    }

    private static void change(DaxFile file, Change change) {
        switch (change) {
            case PUNCH -> file.punchHole(0, SIZE);
            case ZERO -> file.zeroRange(0, SIZE, SizeRule.KEEP);
            case TRUNCATE -> {
                file.truncate(0);
                file.allocate(0, SIZE);
            }
            default -> {
                file.collapseRange(0, BLOCK);
                file.allocate(0, SIZE);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"TRACKED", "PROTECTED"})
    void x14DedupeAgainstAWriterNeverSharesAnotherValue(WindowMode mode) {
        byte good = 0x58;
        byte bad = 0x66;
        int offset = 37;
        ConformanceVolume volume = new ConformanceVolume(8 << 20);
        DaxFile first = volume.create("first", BLOCK, good);
        DaxFile second = volume.create("second", BLOCK, good);
        DaxWindow stores = first.window(0, BLOCK, mode);
        DaxWindow loads = second.window(0, BLOCK, WindowMode.READ_ONLY);
        AtomicBoolean isOver = new AtomicBoolean();
        int[] shared = new int[1];
        together(
                () -> {
                    try {
                        for (int round = 0; round < ROUNDS; round++) {
                            shared[0] += second.dedupeRange(first, 0, 0, BLOCK) ? 1 : 0;
                        }
                    } finally {
                        isOver.set(true);
                    }
                },
                () -> {
                    while (!isOver.get()) {
                        stores.putByte(offset, bad);
                        Thread.yield();
                        write(first, offset, 1, good);
                        Thread.yield();
                    }
                },
                () -> {
                    while (!isOver.get()) {
                        assertEquals(good, loads.getByte(offset));
                        assertEquals(good, read(second, offset, 1)[0]);
                    }
                });
        assertBytes(bytes(BLOCK, good), read(second), "second");
        stores.putByte(offset, good);
        assertTrue(second.dedupeRange(first, 0, 0, BLOCK), "equal blocks are shared");
        stores.putByte(offset, bad);
        assertEquals(good, loads.getByte(offset));
        volume.check();
    }

    @Test
    void x14DedupeOfDifferentBytesChangesNothing() {
        ConformanceVolume volume = new ConformanceVolume(8 << 20);
        DaxFile first = volume.create("first", BLOCK, 'a');
        DaxFile second = volume.create("second", BLOCK, 'b');
        assertEquals(false, second.dedupeRange(first, 0, 0, BLOCK));
        assertBytes(bytes(BLOCK, 'b'), read(second), "second");
    }
}
