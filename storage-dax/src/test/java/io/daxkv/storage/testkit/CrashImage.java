package io.daxkv.storage.testkit;

import io.daxkv.storage.pmem.CacheLine;
import java.util.Arrays;
import java.util.random.RandomGenerator;

/**
 * One image a power failure could leave, drawn unit by unit: starts as what is durable, and keeps by chance what was on
 * its way. A unit is what the medium keeps or loses whole.
 */
final class CrashImage {
    private final RecordedSpace image;
    private final int unitSize;
    private final RandomGenerator random;

    /** @param image a copy of the durable bytes, which becomes the image */
    CrashImage(RecordedSpace image, int unitSize, RandomGenerator random) {
        this.image = image;
        this.unitSize = unitSize;
        this.random = random;
    }

    /** Keeps some of what one thread's flushes captured: it may have arrived although a later store has not. */
    void keepSomeOf(FlushedLines lines, RecordedSpace space) {
        for (int i = 0; i < lines.count(); i++) {
            int line = RecordedSpace.lineOf(lines.line(i));
            if (space.chunkOfLine(lines.line(i)).isNewer(line, lines.moment(i))) {
                byte[] kept = image.chunkOfLine(lines.line(i)).present;
                keepSome(lines.contents(), lines.contentAt(i), kept, line * CacheLine.SIZE, CacheLine.SIZE);
            }
        }
    }

    /** Keeps some of the present bytes; call last, for these are the newest. */
    void keepSomeOf(RecordedSpace space) {
        for (int number = 0; number < space.chunkCount(); number++) {
            RecordedChunk chunk = space.chunk(number);
            if (chunk != null && chunk.unsafeLineCount() > 0) {
                byte[] kept = image.chunk(number).present;
                keepSome(chunk.present, 0, kept, 0, RecordedChunk.SIZE);
                image.replace(number, RecordedChunk.clean(kept));
            }
        }
    }

    private void keepSome(byte[] source, int from, byte[] target, int to, int length) {
        for (int i = 0; i < length; i += unitSize) {
            int end = i + unitSize;
            if (!Arrays.equals(source, from + i, from + end, target, to + i, to + end) && random.nextBoolean()) {
                System.arraycopy(source, from + i, target, to + i, unitSize);
            }
        }
    }
}
