package io.daxkv.storage.dax;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** S56 to S62: synchronous windows, poison, the edges of copies, and media whose caches persist. */
final class MediaRaces {
    private static final int LENGTH_MAX = 130;
    private static final int LINE = 64;
    /** Room for one copy and untouched bytes on both sides. */
    private static final int CELL = 384;

    static final List<Scenario> ALL = all();

    private MediaRaces() {}

    private static List<Scenario> all() {
        List<Scenario> all = new ArrayList<>(
                List.of(new Scenario("S61", "2020: edges of a copy left in the cache", MediaRaces::copyEdges)));
        return all;
    }

    /** Every start in a line and every length up to two lines and a bit, in cells of their own, with one fsync. */
    private static void copyEdges(Stage s) {
        byte[] model = Stage.bytes(LINE * LENGTH_MAX * CELL, Stage.FOREIGN);
        s.file.write(0, ByteBuffer.wrap(model));
        s.file.fsync();
        for (int start = 0; start < LINE; start++) {
            for (int length = 1; length <= LENGTH_MAX; length++) {
                int at = (start * LENGTH_MAX + length - 1) * CELL + LINE + start;
                Arrays.fill(model, at, at + length, Stage.WRITTEN);
                s.write(at, length);
            }
        }
        s.file.fsync();
        s.afterCrash(() -> {
            ByteBuffer found = ByteBuffer.allocate(model.length);
            s.file.read(0, found);
            assertEquals(-1, Arrays.mismatch(model, found.array()), "first byte that is not what was written");
        });
    }
}
