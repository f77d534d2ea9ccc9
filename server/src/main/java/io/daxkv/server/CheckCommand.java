package io.daxkv.server;

import io.daxkv.storage.dax.VolumeCorruptException;
import io.daxkv.storage.kv.ByteSlice;
import io.daxkv.storage.kv.KvException;
import io.daxkv.storage.kv.KvOptions;
import io.daxkv.storage.kv.KvStore;
import io.daxkv.storage.kv.ValueBuffer;
import io.daxkv.storage.pmem.PersistenceMode;
import io.daxkv.storage.pmem.PmemArena;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code check}: opens a store that nobody serves, as after a crash, and reads every value in it. */
@Command(
        name = "check",
        mixinStandardHelpOptions = true,
        description = {
            "Opens a store that nobody serves and verifies every record.",
            "Recovers first, as a start of the server does: what a crash left half-done is mended in the file.",
            "Exit codes: 0 clean, 2 corrupt, 64 usage, 65 not a store, 73 in use."
        })
final class CheckCommand implements Callable<Integer> {
    private static final int SCAN_COUNT = 1000;

    @Parameters(paramLabel = "FILE", description = "file of the store")
    private Path file;

    @Override
    public Integer call() {
        return check(file, System.out);
    }

    static int check(Path file, PrintStream out) {
        if (!PmemArena.exists(file)) {
            throw new StartRefusedException(ExitCode.ODD_FILE, "no such file: file=" + file);
        }
        PmemArena arena = PmemArena.open(file, PersistenceMode.AUTO);
        StoreFile opened = null;
        try {
            opened = StoreFile.over(arena, KvOptions.defaults());
            report(opened.store(), out);
            return ExitCode.OK;
        } catch (VolumeCorruptException | KvException e) {
            out.println("verdict: corrupt: " + e.getMessage());
            return ExitCode.CORRUPT;
        } finally {
            if (opened == null) {
                arena.close();
            } else {
                opened.close();
            }
        }
    }

    private static void report(KvStore store, PrintStream out) {
        Totals totals = new Totals();
        ValueBuffer value = new ValueBuffer();
        long cursor = 0;
        do {
            cursor = store.scan(cursor, SCAN_COUNT, key -> totals.add(store, key, value));
        } while (cursor != 0);
        out.println("keys: " + totals.keyCount);
        out.println("past their deadline: " + totals.dueCount);
        out.println("value bytes: " + totals.valueSize);
        out.println("records read: " + store.counters().recoveredRecordCount());
        out.println("durable LSN: " + store.durableLsn());
        out.println("live bytes: " + store.counters().liveByteCount());
        out.println("dead bytes: " + store.counters().deadByteCount());
        out.println("free bytes: " + store.counters().freeByteCount());
        out.println("verdict: clean");
    }

    /** What was seen so far. */
    private static final class Totals {
        private long keyCount;
        private long dueCount;
        private long valueSize;

        /**
         * Reads one value, which verifies it. A scan may name a key twice while the index grows, but this one is at
         * rest.
         */
        private void add(KvStore store, ByteSlice key, ValueBuffer value) {
            keyCount++;
            if (store.get(key, value)) {
                valueSize += value.length();
            } else {
                dueCount++;
            }
        }
    }
}
