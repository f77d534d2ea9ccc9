package io.daxkv.storage.dax;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/**
 * A store marks its line after its last byte; write-back takes the line and then flushes what it loads (S22, S24). A
 * line that was taken holds the store; one that was not is still marked. Results: line taken, value flushed, line left.
 */
@JCStressTest
@Outcome(id = "1, 1, 0", expect = ACCEPTABLE, desc = "taken with its bytes")
@Outcome(id = "0, [01], 1", expect = ACCEPTABLE, desc = "left for the next write-back")
@Outcome(expect = FORBIDDEN, desc = "the line is clean and its bytes are not flushed")
@State
public class StoreThenMarkStress {
    private final TreeChunk chunk = new TreeChunk(new TreeNode(0), 0);
    private int value;

    @Actor
    public void store() {
        value = 1;
        chunk.mark(0, 1);
    }

    @Actor
    public void writeBack(III_Result r) {
        r.r1 = (int) chunk.takeMask(0);
        r.r2 = value;
    }

    @Arbiter
    public void look(III_Result r) {
        r.r3 = (int) chunk.mask(0);
    }
}
