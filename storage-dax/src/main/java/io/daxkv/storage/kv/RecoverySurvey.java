package io.daxkv.storage.kv;

import io.daxkv.storage.dax.DaxFile;
import io.daxkv.storage.dax.Extent;
import io.daxkv.storage.dax.ExtentState;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/** Finds the segments of a log from its extents and headers; changes nothing. */
final class RecoverySurvey {
    private final DaxFile file;
    private final LogContext context;
    private final RecordChecksum checksum;

    RecoverySurvey(DaxFile file, LogContext context) {
        this.file = file;
        this.context = context;
        checksum = new RecordChecksum(context.store());
    }

    /** Returns what is in the log, in order of offset. */
    List<FoundSegment> run() {
        List<FoundSegment> found = new ArrayList<>();
        BitSet mapped = mappedUnits();
        int unit = mapped.nextSetBit(0);
        while (unit >= 0) {
            FoundSegment segment = look((long) unit * context.geometry().unitSize());
            found.add(segment);
            int unitCount = segment.header() == null ? 1 : segment.header().unitCount();
            unit = mapped.nextSetBit(unit + unitCount);
        }
        return found;
    }

    private BitSet mappedUnits() {
        BitSet mapped = new BitSet();
        int unitSize = context.geometry().unitSize();
        if (file.size() > 0) {
            for (Extent extent : file.extents(0, file.size())) {
                if (extent.state() == ExtentState.MAPPED) {
                    long end = extent.offset() + extent.length();
                    mapped.set((int) (extent.offset() / unitSize), (int) ((end + unitSize - 1) / unitSize));
                }
            }
        }
        return mapped;
    }

    private FoundSegment look(long offset) {
        byte[] line = new byte[SegmentLayout.HEADER_SIZE];
        file.read(offset, ByteBuffer.wrap(line));
        SegmentLayout.Header header = SegmentLayout.decode(line, offset, context.store(), checksum);
        if (header == null) {
            return new FoundSegment(offset, null, RecoveryTable.Seal.NO_HEADER, 0, null);
        }
        if (header.unitSize() != context.geometry().unitSize()) {
            throw new KvException("log has another unit size: unitSize=" + header.unitSize() + ", expected="
                    + context.geometry().unitSize() + ", offset=" + offset);
        }
        long word = LittleEndian.getLong(line, SegmentLayout.SEAL_OFFSET);
        long tail =
                word == SegmentLayout.OPEN ? 0 : SegmentLayout.sealedTail(word, offset, header.generation(), checksum);
        LogSegment segment = new LogSegment(header, file.window(offset, header.length()));
        return new FoundSegment(offset, header, sealOf(word, tail), tail, segment);
    }

    private static RecoveryTable.Seal sealOf(long word, long tail) {
        if (word == SegmentLayout.OPEN) {
            return RecoveryTable.Seal.OPEN;
        } else if (tail == 0) {
            return RecoveryTable.Seal.FREED;
        }
        return tail < 0 ? RecoveryTable.Seal.BROKEN : RecoveryTable.Seal.SEALED;
    }
}
