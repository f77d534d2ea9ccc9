package io.daxkv.bench.load;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** Requests are well formed, fit where the connection puts them, and come in the proportion asked for. */
class RequestEncoderTest {
    private static final int DRAWS = 10_000;

    private static String text(ByteBuffer buffer) {
        buffer.flip();
        return StandardCharsets.US_ASCII.decode(buffer).toString();
    }

    @Test
    void setHasKeyDigitsAndValue() {
        RequestEncoder encoder = new RequestEncoder(new LoadPlan.RequestMix(1_000, 5, 1, 1), 0);
        ByteBuffer target = ByteBuffer.allocate(encoder.sizeMax());

        encoder.set(target, 907);

        String request = text(target);
        assertTrue(
                request.matches("\\*3\r\n\\$3\r\nSET\r\n\\$16\r\nkey:000000000907\r\n\\$5\r\n[a-z]{5}\r\n"), request);
    }

    @Test
    void shareOfSetsIsAsAsked() {
        for (double share : new double[] {0, 0.25, 1}) {
            RequestEncoder encoder = new RequestEncoder(new LoadPlan.RequestMix(10, 1, share, 1), 0);
            int sets = 0;
            for (int i = 0; i < DRAWS; i++) {
                ByteBuffer target = ByteBuffer.allocate(encoder.sizeMax());
                encoder.next(target);
                sets += text(target).contains("SET") ? 1 : 0;
            }
            assertEquals(share * DRAWS, sets, share == 0.25 ? 300 : 0, "share=" + share);
        }
    }

    @Test
    void sharesOfLoopsAddUp() {
        long total = 0;
        for (int i = 0; i < 7; i++) {
            total += LoadPlan.share(1_000, i, 7);
        }
        assertEquals(1_000, total);
    }
}
