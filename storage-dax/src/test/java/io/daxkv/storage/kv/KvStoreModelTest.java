package io.daxkv.storage.kv;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.daxkv.storage.pmem.PersistGranularity;
import io.daxkv.storage.testkit.Seed;
import java.util.random.RandomGenerator;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A store agrees with a map with deadlines over random puts, deletes, frames, clears, expiries, reopens and kills,
 * while segments rotate and the cleaner runs all the time.
 *
 * <p>Method: a store of 4 KiB units on recorded pmem; the recorder's lint runs at each move of the durable LSN.
 */
class KvStoreModelTest {
    private static final int STEPS = 1500;

    @ParameterizedTest
    @EnumSource(PersistGranularity.class)
    void randomOperationsAgreeWithTheModel(PersistGranularity granularity) {
        Seed seed = Seed.draw();
        seed.run(() -> {
            RandomGenerator random = seed.random();
            try (StoreFixture fixture =
                    StoreFixture.small(granularity, new LogProtocol()).open()) {
                KvWorkload workload = new KvWorkload(fixture, random, new KvHistory(), 24, 3000);
                for (int i = 0; i < STEPS; i++) {
                    workload.step();
                    int choice = random.nextInt(60);
                    if (choice == 0) {
                        workload.check();
                    } else if (choice == 1) {
                        fixture.reopen();
                        workload.check();
                    } else if (choice == 2) {
                        // A killed process: all it stored is seen, and not all of it is durable. The lint of the next
                        // acknowledgement tells whether recovery knew that.
                        fixture.reopen(fixture.pmem);
                        workload.check();
                    }
                }
                workload.commit();
                workload.check();
            }
        });
    }

    @ParameterizedTest
    @EnumSource(
            value = PersistGranularity.class,
            names = {"CACHE_LINE", "PAGE"})
    void aStoreFilledToTheBrimAgreesWithTheModel(PersistGranularity granularity) {
        Seed seed = Seed.draw();
        seed.run(() -> {
            RandomGenerator random = seed.random();
            try (StoreFixture fixture = StoreFixture.small(granularity, new LogProtocol())
                    .tight(64 * 1024)
                    .open()) {
                KvWorkload workload = new KvWorkload(fixture, random, new KvHistory(), 150, 3500);
                for (int i = 0; i < STEPS; i++) {
                    workload.step();
                    if (random.nextInt(40) == 0) {
                        workload.check();
                    }
                }
                workload.commit();
                workload.check();
                assertTrue(workload.refusedCount() > 0, "the store was never full");
                assertTrue(fixture.store.counters().cleanedSegmentCount() > 0, "the cleaner never ran");
            }
        });
    }
}
