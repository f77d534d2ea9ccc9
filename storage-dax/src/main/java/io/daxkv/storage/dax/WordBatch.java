package io.daxkv.storage.dax;

import io.daxkv.storage.pmem.CacheLine;
import java.util.Map;
import java.util.TreeMap;

/**
 * New payloads for {@link CheckedWord}s of a block map, made durable together with one drain. A crash leaves each word
 * old or new. A word put twice takes the later payload.
 */
final class WordBatch {
    private final VolumeCore core;
    // Sorted, so that each line is flushed once: words of 2 MiB blocks lie in another table than those of single blocks
    // between them.
    private final TreeMap<Long, Long> payloads = new TreeMap<>();

    WordBatch(VolumeCore core) {
        this.core = core;
    }

    void put(long wordOffset, long payload) {
        payloads.put(wordOffset, payload);
    }

    /** Stores all words and makes them durable. */
    void persist() {
        payloads.forEach((offset, payload) -> CheckedWord.store(core.pmem, core.seed, offset, payload));
        long from = 0;
        long to = 0;
        for (Map.Entry<Long, Long> word : payloads.entrySet()) {
            // A word in the line the run ends in belongs to the run, or that line would be flushed twice.
            if (CacheLine.floor(word.getKey()) > to) {
                core.pmem.flush(from, to - from);
                from = word.getKey();
            }
            to = word.getKey() + Long.BYTES;
        }
        core.pmem.flush(from, to - from);
        core.drain();
    }
}
