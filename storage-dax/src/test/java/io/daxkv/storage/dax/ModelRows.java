package io.daxkv.storage.dax;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What a long run must have met: rows of the operation table and transitions of entries, and how each is seen. */
final class ModelRows {
    /** Rows that mean nothing here, and why. */
    static final Map<String, String> WITHOUT_MEANING = withoutMeaning();

    private static final String COUNTED = "";

    private ModelRows() {}

    /** Returns row by row the counter that must not be 0. */
    static Map<String, String> counters() {
        Map<String, String> rows = new LinkedHashMap<>();
        for (int row = 1; row <= 21; row++) {
            rows.put("F" + row, COUNTED);
        }
        for (int row = 1; row <= 11; row++) {
            rows.put("I" + row, COUNTED);
        }
        rows.put("I11", "written in part");
        rows.put("Y1", "fsync");
        rows.put("Y2", "store inside fsync");
        rows.put("Y5", "punchBlocks inside fsync");
        rows.put("Y8", "persist");
        rows.put("T1", "truncate down");
        rows.put("T2", "truncate up");
        rows.put("T3", "punch");
        rows.put("T4", "zero");
        rows.put("T5 collapse", "collapsed");
        rows.put("T5 insert", "inserted");
        rows.put("T8 clone", "cloned");
        rows.put("T8 range", "range cloned");
        rows.put("T8 dedupe", "deduped");
        rows.put("T11", "dropped clean");
        rows.put("T6", "allocateKeep");
        rows.put("T7", "F8");
        rows.put("T10", "delete in use");
        rows.put("T12", "close");
        rows.put("T13", "discard");
        rows.put("T14", "restrict");
        rows.put("T15", "I3");
        rows.put("T16", "pin");
        for (String size : List.of(" 4K", " 2M")) {
            rows.put("none -> EMPTY" + size, COUNTED);
            rows.put("EMPTY -> ZERO" + size, COUNTED);
            rows.put("EMPTY -> BLOCK" + size, COUNTED);
            rows.put("DIRTY -> TOWRITE" + size, COUNTED);
            rows.put("TOWRITE -> DIRTY" + size, COUNTED);
            for (String transition : List.of(
                    "none -> ZERO",
                    "none -> BLOCK",
                    "none -> DIRTY",
                    "BLOCK -> DIRTY",
                    "DIRTY -> BLOCK",
                    "ZERO -> none",
                    "BLOCK -> none",
                    "DIRTY -> none")) {
                String[] ends = transition.split(" -> ");
                rows.put(named(ends[0], size) + " -> " + named(ends[1], size), COUNTED);
            }
        }
        rows.put("ZERO 4K -> DIRTY 4K", COUNTED);
        rows.put("ZERO 2M -> DIRTY 4K", COUNTED);
        rows.put("ZERO 2M -> DIRTY 2M", COUNTED);
        rows.put("DIRTY 2M -> DIRTY 4K", COUNTED);
        WITHOUT_MEANING.keySet().forEach(rows::remove);
        rows.replaceAll((row, counter) -> counter.equals(COUNTED) ? row : counter);
        return rows;
    }

    private static String named(String state, String size) {
        return state.equals("none") ? state : state + size;
    }

    /** Says which rows a write is, before it happens. */
    static void countWrite(ModelRun run, ModelFile file, int offset, int length) {
        if (offset + length > file.size()) {
            run.coverage.count("I9");
        }
        FileParts parts = file.file.parts();
        for (int index = offset >>> VolumeLayout.BLOCK_SHIFT; VolumeLayout.offsetOf(index) < offset + length; index++) {
            long mapping = parts.map.lookup(index);
            boolean isWhole =
                    VolumeLayout.offsetOf(index) >= offset && VolumeLayout.offsetOf(index + 1) <= offset + length;
            if (mapping == MappingEntry.NONE) {
                run.coverage.count(isWhole ? "I4" : "I5");
            } else if (MappingEntry.isUnwritten(mapping)) {
                run.coverage.count("I7");
            } else {
                boolean isShared = parts.core.allocator.isShared(MappingEntry.blockAt(mapping, index), 1);
                run.coverage.count(isShared ? "I8" : "I6");
            }
        }
    }

    /** Says which rows a read is. */
    static void countRead(ModelRun run, ModelFile file, int offset, int length) {
        for (int index = offset >>> VolumeLayout.BLOCK_SHIFT; VolumeLayout.offsetOf(index) < offset + length; index++) {
            run.coverage.count(MappingEntry.hasData(file.file.parts().map.lookup(index)) ? "I2" : "I1");
        }
    }

    private static Map<String, String> withoutMeaning() {
        Map<String, String> rows = new LinkedHashMap<>();
        rows.put("F18", "an access that finds no translation faults again, of whatever size the other one is");
        rows.put("I12", "no flag makes a write durable; fsync of its range does");
        rows.put("I13", "no call that would rather fail than wait");
        rows.put("I14", "no signal ends a copy early");
        rows.put("Y3", "needs two threads: S15");
        rows.put("Y4", "needs two threads: S19");
        rows.put("Y6", "nothing is written back in the background");
        rows.put("Y7", "no asynchronous sync");
        rows.put("T9", "a shared block is copied when it is stored to: F20, I8");
        rows.put("T17", "the nearest is a volume that was shut down: F21");
        return rows;
    }
}
