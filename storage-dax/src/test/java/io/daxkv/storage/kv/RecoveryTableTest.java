package io.daxkv.storage.kv;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.daxkv.storage.kv.RecoveryTable.Content;
import io.daxkv.storage.kv.RecoveryTable.Seal;
import io.daxkv.storage.kv.RecoveryTable.State;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Every state a segment can be found in has exactly one row, and what decayed is never freed. */
class RecoveryTableTest {

    @Test
    void exactlyOneRowFitsEachState() {
        for (State state : states()) {
            List<RecoveryTable> fitting = new ArrayList<>();
            for (RecoveryTable row : RecoveryTable.values()) {
                if (row.fits(state)) {
                    fitting.add(row);
                }
            }
            assertEquals(1, fitting.size(), state + " fits " + fitting);
            assertEquals(fitting.get(0), RecoveryTable.of(state));
        }
    }

    @Test
    void sealedSegmentsAreKeptOrRefusedButNeverFreed() {
        for (State state : states()) {
            if (state.seal() == Seal.SEALED) {
                RecoveryTable.Action expected =
                        state.content() == Content.COMPLETE ? RecoveryTable.Action.KEEP : RecoveryTable.Action.REFUSE;
                assertEquals(expected, RecoveryTable.of(state).action(), state.toString());
            }
        }
    }

    @Test
    void onlyTheNewestHotSegmentMayHaveATornTail() {
        for (State state : states()) {
            boolean isTail = state.seal() == Seal.OPEN && state.isHot() && state.isNewest();
            assertEquals(isTail, RecoveryTable.of(state).action() == RecoveryTable.Action.SEAL, state.toString());
        }
    }

    private static List<State> states() {
        List<State> states = new ArrayList<>();
        for (Seal seal : Seal.values()) {
            for (Content content : Content.values()) {
                for (int bits = 0; bits < 4; bits++) {
                    states.add(new State(seal, (bits & 1) != 0, (bits & 2) != 0, content));
                }
            }
        }
        return states;
    }
}
