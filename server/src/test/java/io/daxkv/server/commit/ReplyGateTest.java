package io.daxkv.server.commit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.daxkv.storage.testkit.Seed;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Replies leave in the order they were written, none before its LSN is durable, and none later than it could.
 *
 * <p>Method: single cases, then random replies and durable LSNs against a list as the model.
 */
class ReplyGateTest {
    private final UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(false, true);
    private final ReplyGate gate = new ReplyGate(allocator);

    @AfterEach
    void nothingLeaks() {
        gate.discard();
        assertEquals(
                0, allocator.metric().usedDirectMemory() + allocator.metric().usedHeapMemory());
    }

    @Test
    void nothingLeavesBeforeItIsDurable() {
        reply("a", 5);
        assertEquals(5, gate.neededLsn());
        assertEquals("", released(4));
        assertEquals("a", released(5));
        assertEquals(0, gate.neededLsn());
    }

    @Test
    void replyThatWaitsHoldsBackThoseBehindIt() {
        reply("a", 0);
        reply("b", 7);
        reply("c", 0);
        reply("d", 3);
        assertEquals("a", released(6));
        assertEquals("bcd", released(7));
    }

    @Test
    void replyThatDependsOnNothingIsNotHeld() {
        reply("a", 0);
        assertEquals("a", released(0));
        assertNull(gate.release(100));
    }

    @Test
    void repliesOfOneBatchLeaveInOneBuffer() {
        for (int lsn = 1; lsn <= 100; lsn++) {
            reply("x", lsn);
        }
        assertEquals(100, released(100).length());
    }

    @Test
    void unsealedBytesStay() {
        gate.out().writeByte('a');
        assertNull(gate.release(Long.MAX_VALUE));
        gate.seal(1);
        assertEquals("a", released(1));
    }

    @Test
    void anyOrderOfRepliesAndCommitsKeepsThePromise() {
        Seed seed = Seed.draw();
        seed.run(() -> {
            RandomGenerator random = seed.random();
            List<Long> heldLsns = new ArrayList<>();
            StringBuilder held = new StringBuilder();
            long durable = 0;
            long appended = 0;
            for (int i = 0; i < 20_000; i++) {
                if (random.nextInt(3) > 0) {
                    appended += random.nextInt(3);
                    long lsn = random.nextInt(4) == 0 ? 0 : appended - random.nextInt(5);
                    String text = String.valueOf((char) ('a' + i % 26));
                    reply(text, Math.max(0, lsn));
                    held.append(text);
                    heldLsns.add(lsn);
                } else {
                    durable = Math.min(appended, durable + random.nextInt(6));
                    int free = 0;
                    while (free < heldLsns.size() && heldLsns.get(free) <= durable) {
                        free++;
                    }
                    assertEquals(held.substring(0, free), released(durable));
                    held.delete(0, free);
                    heldLsns.subList(0, free).clear();
                    assertEquals(held.length(), gate.size());
                }
            }
            assertTrue(appended > 1000, "the model wrote nothing");
        });
    }

    private void reply(String text, long lsn) {
        gate.out().writeBytes(text.getBytes(StandardCharsets.US_ASCII));
        gate.seal(lsn);
    }

    private String released(long durableLsn) {
        ByteBuf ready = gate.release(durableLsn);
        if (ready == null) {
            return "";
        }
        String text = ready.toString(StandardCharsets.US_ASCII);
        ready.release();
        return text;
    }
}
