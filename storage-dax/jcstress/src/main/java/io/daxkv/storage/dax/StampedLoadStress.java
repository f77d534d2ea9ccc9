package io.daxkv.storage.dax;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/**
 * A load takes the stamp, translates, loads and looks at the stamp again; a revoke takes the translation away, and then
 * the block's next owner stores to it (M2). The load returns the old owner's byte or is thrown away.
 */
@JCStressTest
@Outcome(id = "1", expect = ACCEPTABLE, desc = "the file's byte")
@Outcome(id = "-1", expect = ACCEPTABLE, desc = "thrown away: revoked meanwhile")
@Outcome(id = "-2", expect = ACCEPTABLE, desc = "no translation")
@Outcome(expect = FORBIDDEN, desc = "the next owner's byte was believed")
@State
public class StampedLoadStress {
    private final PageTable pages = new PageTable(0, VolumeLayout.BLOCK_SIZE);
    private int block = 1;

    public StampedLoadStress() {
        pages.map(new TreeChunk(new TreeNode(0), 0), 0, 100, false);
    }

    @Actor
    public void load(I_Result r) {
        long before = pages.stamp();
        if (pages.translate(0, PageTable.PRESENT) < 0) {
            r.r1 = -2;
            return;
        }
        int value = block;
        r.r1 = pages.isStill(before) ? value : -1;
    }

    @Actor
    public void revokeAndReuse() {
        pages.revoke(0, 1);
        block = 99;
    }
}
