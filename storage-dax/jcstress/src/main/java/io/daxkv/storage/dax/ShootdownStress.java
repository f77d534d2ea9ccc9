package io.daxkv.storage.dax;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * A store enters, looks at its translation and stores; a revoke takes the translation away and quiesces (U1, U2).
 * Results: whether the store was let through, and what the revoker finds in the block when its quiesce has returned.
 */
@JCStressTest
@Outcome(id = "0, 0", expect = ACCEPTABLE, desc = "refused")
@Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "let through, and over before the quiesce returned")
@Outcome(expect = FORBIDDEN, desc = "a store that lands after the revoke")
@State
public class ShootdownStress {
    private final AccessEpochs epochs = new AccessEpochs(1);
    private final PageTable pages = new PageTable(0, VolumeLayout.BLOCK_SIZE);
    private int block;

    public ShootdownStress() {
        pages.map(new TreeChunk(new TreeNode(0), 0), 0, 100, true);
    }

    @Actor
    public void store(II_Result r) {
        int ticket = epochs.enter();
        if (pages.translate(0, PageTable.WRITABLE) >= 0) {
            block = 1;
            r.r1 = 1;
        }
        epochs.exit(ticket);
    }

    @Actor
    public void revoke(II_Result r) {
        if (pages.revoke(0, 1)) {
            epochs.quiesce();
        }
        r.r2 = block;
    }
}
