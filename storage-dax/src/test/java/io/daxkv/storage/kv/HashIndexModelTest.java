package io.daxkv.storage.kv;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.daxkv.storage.testkit.Seed;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

/**
 * The index agrees with a map from hash to position through growth, splits, removals and clears; a scan sees every key
 * that stays, however the index grows meanwhile; and a key costs at most 13 bytes.
 *
 * <p>Method: distinct random 64-bit hashes stand for keys.
 */
class HashIndexModelTest {
    private final Map<Long, Long> model = new HashMap<>();
    private final Map<Long, Long> hashOfPosition = new HashMap<>();
    private final IndexProbe probe = new IndexProbe();
    private long nextPosition = 64;

    @Test
    void randomOperationsAgreeWithTheModel() {
        Seed seed = Seed.draw();
        seed.run(() -> {
            RandomGenerator random = seed.random();
            try (HashIndex index = new HashIndex(hashOfPosition::get)) {
                long[] keys = new long[20_000];
                for (int i = 0; i < keys.length; i++) {
                    keys[i] = random.nextLong();
                }
                for (int i = 0; i < 200_000; i++) {
                    operate(index, keys[random.nextInt(keys.length)], random.nextInt(100));
                    if (i % 100_000 == 50_000) {
                        index.clear();
                        model.clear();
                    }
                }
                check(index, keys);
            }
        });
    }

    @Test
    void aScanSeesEveryKeyThatStaysWhileTheIndexGrows() {
        Seed seed = Seed.draw();
        seed.run(() -> {
            RandomGenerator random = seed.random();
            try (HashIndex index = new HashIndex(hashOfPosition::get)) {
                for (int i = 0; i < 3000; i++) {
                    put(index, random.nextLong());
                }
                Set<Long> expected = new HashSet<>(model.values());
                Set<Long> seen = new HashSet<>();
                long cursor = 0;
                do {
                    cursor = index.next(cursor, probe);
                    for (int i = 0; i < probe.count(); i++) {
                        seen.add(IndexWord.position(probe.word(i)));
                    }
                    for (int i = 0; i < 20; i++) {
                        put(index, random.nextLong());
                    }
                } while (cursor != 0);
                assertTrue(seen.containsAll(expected), "missed " + (expected.size() - seen.size()));
            }
        });
    }

    @Test
    void aKeyCostsAtMostThirteenBytesAtAnySize() {
        RandomGenerator random = Seed.of(1).random();
        double worst = 0;
        try (HashIndex index = new HashIndex(position -> 0)) {
            for (int i = 1; i <= 1_500_000; i++) {
                index.insert(random.nextLong(), IndexWord.of(random.nextLong(), i * 8L, false));
                if (i >= 500_000 && i % 10_000 == 0) {
                    worst = Math.max(worst, (double) index.memorySize() / i);
                }
            }
        }
        assertTrue(worst <= 13.0, "bytes per key=" + worst);
    }

    private void operate(HashIndex index, long hash, int choice) {
        if (choice < 70) {
            put(index, hash);
        } else if (model.containsKey(hash)) {
            index.remove(hash, wordOf(index, hash));
            model.remove(hash);
        }
    }

    private void put(HashIndex index, long hash) {
        long position = nextPosition;
        nextPosition += 8;
        hashOfPosition.put(position, hash);
        long word = IndexWord.of(hash, position, position % 16 == 0);
        if (model.containsKey(hash)) {
            index.replace(hash, wordOf(index, hash), word);
        } else {
            index.insert(hash, word);
        }
        model.put(hash, position);
    }

    private long wordOf(HashIndex index, long hash) {
        index.find(hash, probe);
        for (int i = 0; i < probe.count(); i++) {
            if (IndexWord.position(probe.word(i)) == model.get(hash)) {
                return probe.word(i);
            }
        }
        throw new AssertionError("not found: hash=" + Long.toHexString(hash));
    }

    private void check(HashIndex index, long[] keys) {
        assertEquals(model.size(), index.keyCount());
        assertEquals(
                model.values().stream().filter(position -> position % 16 == 0).count(), index.expiringKeyCount());
        for (long hash : keys) {
            if (model.containsKey(hash)) {
                wordOf(index, hash);
            }
        }
        Set<Long> seen = new HashSet<>();
        long cursor = 0;
        do {
            cursor = index.next(cursor, probe);
            for (int i = 0; i < probe.count(); i++) {
                assertTrue(seen.add(IndexWord.position(probe.word(i))), "seen twice in a still index");
            }
        } while (cursor != 0);
        assertEquals(new HashSet<>(model.values()), seen);
    }
}
