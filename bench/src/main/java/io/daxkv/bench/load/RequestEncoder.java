package io.daxkv.bench.load;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.SplittableRandom;

/**
 * Writes SET and GET requests by copying a template and filling in the key's digits. Allocates nothing per request.
 *
 * <p><b>Threads.</b> Confined to one thread.
 */
final class RequestEncoder {
    private static final int KEY_DIGITS = 12;
    private static final String KEY = "key:" + "0".repeat(KEY_DIGITS);

    private final LoadPlan.RequestMix mix;
    private final SplittableRandom random;
    private final byte[] set;
    private final byte[] get;
    private final int setKeyEnd;
    private final int getKeyEnd;

    RequestEncoder(LoadPlan.RequestMix mix, int loop) {
        this.mix = mix;
        this.random = new SplittableRandom(mix.seed() + loop);
        String setHead = "*3\r\n$3\r\nSET\r\n$" + KEY.length() + "\r\n" + KEY;
        String getHead = "*2\r\n$3\r\nGET\r\n$" + KEY.length() + "\r\n" + KEY;
        setKeyEnd = setHead.length();
        getKeyEnd = getHead.length();
        set = (setHead + "\r\n$" + mix.valueSize() + "\r\n" + value() + "\r\n").getBytes(StandardCharsets.US_ASCII);
        get = (getHead + "\r\n").getBytes(StandardCharsets.US_ASCII);
    }

    private String value() {
        StringBuilder text = new StringBuilder(mix.valueSize());
        for (int i = 0; i < mix.valueSize(); i++) {
            text.append((char) ('a' + random.nextInt(26)));
        }
        return text.toString();
    }

    /** Returns the most bytes one request takes. */
    int sizeMax() {
        return set.length;
    }

    /** Appends a request drawn at random. */
    void next(ByteBuffer target) {
        int key = random.nextInt(mix.keyCount());
        if (mix.setShare() >= 1 || (mix.setShare() > 0 && random.nextDouble() < mix.setShare())) {
            set(target, key);
        } else {
            put(target, get, getKeyEnd, key);
        }
    }

    /** Appends a SET of one key. */
    void set(ByteBuffer target, int key) {
        put(target, set, setKeyEnd, key);
    }

    private static void put(ByteBuffer target, byte[] template, int keyEnd, int key) {
        int start = target.position();
        target.put(template);
        int at = start + keyEnd;
        for (int rest = key; rest > 0; rest /= 10) {
            target.put(--at, (byte) ('0' + rest % 10));
        }
    }
}
