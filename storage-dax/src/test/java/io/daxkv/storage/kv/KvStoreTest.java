package io.daxkv.storage.kv;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** What callers of the engine see: values come back, deletes hold, and a reopened store is the same store. */
class KvStoreTest {

    @Test
    void aValueComesBack() {
        try (StoreFixture fixture = StoreFixture.small()) {
            fixture.put("a", "1");
            fixture.put("b", "2");
            fixture.put("a", "3");
            assertEquals("3", fixture.get("a"));
            assertEquals("2", fixture.get("b"));
            assertNull(fixture.get("c"));
            assertEquals(2, fixture.store.keyCount());
            assertEquals(3, fixture.store.durableLsn());
        }
    }

    @Test
    void aDeletedKeyIsGone() {
        try (StoreFixture fixture = StoreFixture.small()) {
            fixture.put("a", "1");
            assertTrue(fixture.delete("a"));
            assertFalse(fixture.delete("a"));
            assertNull(fixture.get("a"));
            fixture.reopen();
            assertNull(fixture.get("a"));
            assertEquals(0, fixture.store.keyCount());
        }
    }

    @Test
    void aReopenedStoreIsTheSame() {
        try (StoreFixture fixture = StoreFixture.small()) {
            for (int i = 0; i < 500; i++) {
                fixture.put("key" + i, "value" + i);
            }
            fixture.reopen();
            for (int i = 0; i < 500; i++) {
                assertEquals("value" + i, fixture.get("key" + i));
            }
            assertEquals(500, fixture.store.durableLsn());
            fixture.put("more", "x");
            fixture.reopen();
            assertEquals("x", fixture.get("more"));
            assertEquals("value3", fixture.get("key3"));
        }
    }
}
