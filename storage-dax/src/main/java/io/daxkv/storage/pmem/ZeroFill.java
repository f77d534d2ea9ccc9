package io.daxkv.storage.pmem;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes zeroes over a range of a file, and says in the log how far it is when that takes a while. */
final class ZeroFill {
    static final Logger LOG = LoggerFactory.getLogger(PmemArena.class);

    /** Bytes per write: large enough that the call costs nothing. */
    static final int CHUNK_SIZE = 1 << 20;

    /** About a second of a slow disk; ranges up to this size are filled in silence. */
    private static final long REPORT_SIZE = 256L << 20;

    private final Path path;
    private final RandomAccessFile file;

    ZeroFill(Path path, RandomAccessFile file) {
        this.path = path;
        this.file = file;
    }

    void fill(long from, long to) throws IOException {
        byte[] zeroes = new byte[(int) Math.min(CHUNK_SIZE, to - from)];
        file.seek(from);
        long reported = from;
        for (long at = from; at < to; ) {
            int length = (int) Math.min(zeroes.length, to - at);
            file.write(zeroes, 0, length);
            at += length;
            if (at - reported >= REPORT_SIZE && to - from > REPORT_SIZE) {
                LOG.info(
                        "filling with zeroes: file={}, done={} MiB, of={} MiB", path, at - from >> 20, to - from >> 20);
                reported = at;
            }
        }
    }
}
