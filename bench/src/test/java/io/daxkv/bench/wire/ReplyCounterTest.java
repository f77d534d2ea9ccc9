package io.daxkv.bench.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** Replies are counted the same wherever the network cuts them. */
class ReplyCounterTest {
    private static final String REPLIES = "+OK\r\n-ERR no\r\n:-12\r\n$5\r\nhe\r\no\r\n$0\r\n\r\n$-1\r\n*-1\r\n*0\r\n"
            + "*3\r\n$1\r\na\r\n*2\r\n:1\r\n:2\r\n$-1\r\n*1\r\n*0\r\n+END\r\n";
    private static final int REPLY_COUNT = 11;

    @Test
    void everyCutGivesTheSameCount() {
        byte[] bytes = REPLIES.getBytes(StandardCharsets.US_ASCII);
        for (int cut = 0; cut <= bytes.length; cut++) {
            ReplyCounter counter = new ReplyCounter();
            int count = count(counter, ByteBuffer.wrap(bytes, 0, cut));
            count += count(counter, ByteBuffer.wrap(bytes, cut, bytes.length - cut));

            assertEquals(REPLY_COUNT, count, "cut=" + cut);
            assertEquals(1, counter.errorCount(), "cut=" + cut);
            assertEquals(2, counter.nilCount(), "cut=" + cut);
        }
    }

    @Test
    void unfinishedReplyIsNotCounted() {
        assertFalse(new ReplyCounter().next(ByteBuffer.wrap("*2\r\n:1\r\n".getBytes(StandardCharsets.US_ASCII))));
    }

    private static int count(ReplyCounter counter, ByteBuffer bytes) {
        int count = 0;
        while (counter.next(bytes)) {
            count++;
        }
        return count;
    }
}
