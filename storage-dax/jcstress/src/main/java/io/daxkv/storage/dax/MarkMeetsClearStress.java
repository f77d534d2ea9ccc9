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
 * A store marks while write-back clears, from the bottom up against from the top down (D2', D10). Results: lines left,
 * DIRTY of the index, DIRTY of the chunk in its node.
 */
@JCStressTest
@Outcome(id = "0, [01], [01]", expect = ACCEPTABLE, desc = "nothing is left")
@Outcome(id = "2, 1, 1", expect = ACCEPTABLE, desc = "what is left can be found")
@Outcome(expect = FORBIDDEN, desc = "a dirty line that no write-back can find")
@State
public class MarkMeetsClearStress {
    private final TreeNode node = new TreeNode(0);
    private final TreeChunk chunk = node.makeChunk(0);

    public MarkMeetsClearStress() {
        chunk.mark(0, 1);
    }

    @Actor
    public void store() {
        chunk.mark(0, 2);
    }

    @Actor
    public void writeBack() {
        chunk.takeMask(0);
        chunk.clearDirty(0);
        node.clearIfClean(chunk);
    }

    @Arbiter
    public void look(III_Result r) {
        r.r1 = (int) chunk.mask(0);
        r.r2 = chunk.isDirty(0) ? 1 : 0;
        r.r3 = node.nextDirty(0) == chunk ? 1 : 0;
    }
}
