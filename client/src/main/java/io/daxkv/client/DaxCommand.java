package io.daxkv.client;

import io.lettuce.core.protocol.ProtocolKeyword;
import java.nio.charset.StandardCharsets;

/** The commands a daxkv server has beyond Redis'. */
final class DaxCommand implements ProtocolKeyword {
    static final DaxCommand CALL = new DaxCommand("DAX.CALL");
    static final DaxCommand LSN = new DaxCommand("DAX.LSN");
    static final DaxCommand WAIT = new DaxCommand("DAX.WAIT");

    private final String word;
    private final byte[] bytes;

    private DaxCommand(String word) {
        this.word = word;
        this.bytes = word.getBytes(StandardCharsets.US_ASCII);
    }

    @Override
    public byte[] getBytes() {
        return bytes;
    }

    @Override
    public String toString() {
        return word;
    }
}
