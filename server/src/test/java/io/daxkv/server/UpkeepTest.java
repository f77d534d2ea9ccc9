package io.daxkv.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.daxkv.storage.dax.DaxVolume;
import io.daxkv.storage.kv.ByteSlice;
import io.daxkv.storage.kv.KvOptions;
import io.daxkv.storage.kv.KvStore;
import io.daxkv.storage.kv.ValueBuffer;
import io.daxkv.storage.testkit.ManualClock;
import io.netty.channel.embedded.EmbeddedChannel;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Keys past their deadline go without being asked for, and appends nobody waits for become durable. */
class UpkeepTest {
    private final EmbeddedServer server = new EmbeddedServer();
    private final EmbeddedChannel channel = server.connect();
    private final Upkeep upkeep = new Upkeep(server.store, server.failures::add);

    @AfterEach
    void close() {
        server.close();
    }

    @Test
    void dueKeysAreBuriedAndOthersStay() {
        for (int i = 0; i < 200; i++) {
            server.exchange(channel, "SET mortal:" + i + " v PX 10\r\nSET immortal:" + i + " v\r\n");
        }
        upkeep.expire();
        assertEquals(400, server.store.keyCount());
        server.clock.advanceMs(10);
        for (int i = 0; i < 100 && server.store.keyCount() > 200; i++) {
            upkeep.expire();
        }
        assertEquals(200, server.store.keyCount());
        assertEquals(0, server.store.expiringKeyCount());
        assertEquals("$1\r\nv\r\n", server.exchange(channel, "GET immortal:7\r\n"));
    }

    @Test
    void keySeenExpiredStaysSoThoughTheClockJumpsBack() {
        long startMs = server.clock.nowMs();
        server.exchange(channel, "SET seen v PX 1000\r\nSET counted v PX 1000\r\nSET unseen v PX 1000\r\n");
        server.clock.advanceMs(1000);
        assertEquals("$-1\r\n:0\r\n", server.exchange(channel, "GET seen\r\nEXISTS counted\r\n"));

        ManualClock earlier = new ManualClock(startMs);
        try (KvStore after = KvStore.open(
                DaxVolume.open(server.pmem.crashKeepingNothing()),
                KvOptions.defaults().withClock(earlier))) {
            ValueBuffer value = new ValueBuffer();
            assertFalse(after.get(ByteSlice.of("seen"), value));
            assertFalse(after.get(ByteSlice.of("counted"), value));
            assertEquals(1, after.keyCount(), "the one nobody asked for is still in the index");
        }
    }

    @Test
    void appendsThatNoReplyWaitsForBecomeDurable() {
        server.exchange(channel, "DAX.CALL process SET a 1\r\n");
        assertTrue(server.store.durableLsn() < server.store.appendedLsn());
        upkeep.commit();
        assertEquals(server.store.appendedLsn(), server.store.durableLsn());
        server.pmem.assertAllDurable("after upkeep");
    }

    @Test
    void failureIsReportedOnceAndEndsTheWork() {
        server.exchange(channel, "DAX.CALL process SET a 1\r\n");
        server.pmem.failDrainAt(1);
        upkeep.commit();
        upkeep.commit();
        assertEquals(1, server.failures.size());
    }
}
