package io.daxkv.storage.dax;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * A metadata word is stored while another thread loads it: the old payload or the new one, never one that does not
 * verify (U6); and with the new one comes what was stored before it.
 */
@JCStressTest
@Outcome(id = "0, [01]", expect = ACCEPTABLE, desc = "the old word")
@Outcome(id = "7, 1", expect = ACCEPTABLE, desc = "the new word, and what it stands for")
@Outcome(expect = FORBIDDEN, desc = "a word of nobody, or one ahead of what it stands for")
@State
public class CheckedWordStress {
    private static final long SEED = 0x1234567;

    private final StressArena arena = StressArena.SHARED;
    private final long offset = arena.first.loadAddress(0) + arena.nextLine() % VolumeLayout.BLOCK_SIZE;

    @Actor
    public void store() {
        arena.memory.putLong(offset + 8, 1);
        CheckedWord.store(arena.memory, SEED, offset, 7);
    }

    @Actor
    public void load(II_Result r) {
        try {
            r.r1 = (int) CheckedWord.load(arena.memory, SEED, offset);
        } catch (VolumeCorruptException e) {
            r.r1 = -1;
        }
        r.r2 = (int) arena.memory.getLong(offset + 8);
    }
}
