package io.daxkv.storage.dax;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * A value is stored through one window and published there; who sees it published through another window of the same
 * bytes sees the value (M14).
 */
@JCStressTest
@Outcome(id = "0, [01]", expect = ACCEPTABLE, desc = "not published yet")
@Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "published with its value")
@Outcome(expect = FORBIDDEN, desc = "published without its value")
@State
public class PublicationStress {
    private final StressArena arena = StressArena.SHARED;
    private final int line = arena.nextLine();

    @Actor
    public void publish() {
        arena.first.putLong(line, 1);
        arena.first.putLongRelease(line + 8, 1);
    }

    @Actor
    public void look(II_Result r) {
        r.r1 = (int) arena.second.getLongAcquire(line + 8);
        r.r2 = (int) arena.second.getLong(line);
    }
}
