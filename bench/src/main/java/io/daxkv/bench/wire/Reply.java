package io.daxkv.bench.wire;

import java.nio.charset.StandardCharsets;
import java.util.List;

/** One decoded reply. */
public sealed interface Reply {
    /** A status such as OK. */
    record Status(String text) implements Reply {}

    /** An error; the text begins with its prefix. */
    record Failure(String text) implements Reply {}

    record Number(long value) implements Reply {}

    /** A bulk string; null bytes where the protocol says nil. */
    record Bulk(byte[] bytes) implements Reply {
        public boolean isNil() {
            return bytes == null;
        }

        @Override
        public String toString() {
            return bytes == null ? "nil" : new String(bytes, StandardCharsets.UTF_8);
        }
    }

    record Array(List<Reply> elements) implements Reply {}
}
