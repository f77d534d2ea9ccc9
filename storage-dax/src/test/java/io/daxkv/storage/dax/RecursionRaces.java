package io.daxkv.storage.dax;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;

/** S50 to S55: copies whose buffer is a window, locks that could close a circle, gates and permissions. */
final class RecursionRaces {
    static final List<Scenario> ALL = all();

    private RecursionRaces() {}

    private static List<Scenario> all() {
        List<Scenario> all = new ArrayList<>(
                List.of(new Scenario("S53", "2017: transaction against entry lock", RecursionRaces::mapAgainstEntry)));
        return all;
    }

    /** A write that needs blocks waits for an entry; it must not hold the block map meanwhile (L1). */
    private static void mapAgainstEntry(Stage s) {
        Actors.Actor p0 = s.actors.park(SyncPoint.FAULT_AFTER_ENTRY_LOCK, () -> s.window.putByte(0, Stage.STORED));
        assertFalse(Thread.holdsLock(s.file.parts().map));
        Actors.Actor p1 = s.actors.startAndAwait(() -> s.write(100, 2 * Stage.BLOCK));
        assertFalse(p1.isDone(), "a write passed a locked entry");
        Actors.Actor p2 = s.actors.startAndAwait(() -> s.window.putByte(Stage.FAR, Stage.STORED));
        assertTrue(p2.isDone(), "L1: somebody waits for an entry and holds the block map");
        p0.finish();
        p1.finish();
        p2.finish();
        s.expect(Stage.STORED, s.read(0));
        s.expect(Stage.WRITTEN, s.window.getByte(100));
    }
}
