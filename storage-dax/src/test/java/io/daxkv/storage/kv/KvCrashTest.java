package io.daxkv.storage.kv;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.daxkv.storage.dax.DaxFile;
import io.daxkv.storage.pmem.PersistGranularity;
import io.daxkv.storage.testkit.Seed;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Whatever a crash leaves, recovery shows a prefix of the LSN order that contains everything acknowledged, with frames
 * whole, and so it does again after further writes and a second crash.
 *
 * <p>Method: {@link KvCrashRun} crashes short random workloads before drains and at acknowledgements and recovers from
 * images that keep nothing, everything, or each atom by chance. Then the protocol is broken on purpose, one decision at
 * a time, and the same runs must notice.
 */
class KvCrashTest {
    private static final int RUNS = 25;

    /** A broken protocol is caught within this many runs. */
    private static final int MUTANT_RUNS = 60;

    @ParameterizedTest
    @EnumSource(
            value = PersistGranularity.class,
            names = {"BYTE", "CACHE_LINE", "PAGE"})
    void everyCrashLeavesAnAcknowledgedPrefix(PersistGranularity granularity) {
        Seed seed = Seed.draw();
        seed.run(() -> {
            long images = 0;
            for (int i = 0; i < RUNS; i++) {
                KvCrashRun run = new KvCrashRun(seed.fork(i), granularity, new LogProtocol());
                run.run();
                images += run.imageCount();
            }
            assertTrue(images > 20L * RUNS, "images=" + images);
        });
    }

    @ParameterizedTest
    @EnumSource(
            value = LogProtocol.Step.class,
            names = {"COMMIT", "SEAL", "HEADER", "FREE", "SURVIVORS"})
    void aStepThatIsNotDurableIsCaught(LogProtocol.Step skipped) {
        assertCaught(without(skipped));
    }

    @Test
    void freeingBeforeTheDeathIsDurableIsCaught() {
        assertCaught(new LogProtocol() {
            @Override
            boolean mayFree(long killedAtLsn, long durableLsn) {
                return true;
            }
        });
    }

    @Test
    void whatARestartAfterAKillShowsSurvivesAPowerFailure() {
        assertEquals("a".repeat(3000), killThenPowerFailure(new LogProtocol()));
    }

    @Test
    void aRecoveredTailThatIsNotDurableIsCaught() {
        LogProtocol mutant = without(LogProtocol.Step.RECOVERED);
        assertThrows(SegmentCorruptException.class, () -> killThenPowerFailure(mutant));
    }

    /** Returns the value of a record that was stored, seen after a kill, and then met a power failure. */
    private static String killThenPowerFailure(LogProtocol protocol) {
        StoreFixture fixture = StoreFixture.small(PersistGranularity.CACHE_LINE, protocol)
                .withoutLint()
                .open();
        fixture.put("z", "1");
        try (KvBatch batch = fixture.store.begin()) {
            // Two blocks, so that sealing does not make the second durable by the way.
            batch.put(ByteSlice.of("b"), ByteSlice.of("b".repeat(3000)), 0);
            batch.put(ByteSlice.of("a"), ByteSlice.of("a".repeat(3000)), 0);
        }
        fixture.reopen(fixture.pmem);
        assertEquals(3, fixture.store.durableLsn());
        assertEquals("a".repeat(3000), fixture.get("a"));
        fixture.reopen(fixture.pmem.crashKeepingNothing());
        return fixture.get("a");
    }

    private static LogProtocol without(LogProtocol.Step skipped) {
        return new LogProtocol() {
            @Override
            void sync(Step step, DaxFile file, long offset, long length) {
                if (step != skipped) {
                    super.sync(step, file, offset, length);
                }
            }
        };
    }

    private static void assertCaught(LogProtocol mutant) {
        AssertionError caught = assertThrows(AssertionError.class, () -> {
            for (int i = 0; i < MUTANT_RUNS; i++) {
                new KvCrashRun(Seed.of(i), PersistGranularity.CACHE_LINE, mutant).run();
            }
        });
        assertFalse(caught.getMessage().isEmpty());
    }
}
