package io.daxkv.storage.kv;

/**
 * Sizes of a log.
 *
 * @param unitSize bytes of a unit: what a segment is made of, and the smallest hole the log leaves
 * @param segmentSize bytes of a normal segment, a multiple of the unit
 */
record LogGeometry(int unitSize, long segmentSize) {
    /** 2 MiB, so that a unit can be one huge page. */
    static final int UNIT_SIZE = 2 << 20;

    private static final long SEGMENT_SIZE_MAX = 64L << 20;

    /** A volume should have this many segments: enough to clean a part, few enough that rotations are rare. */
    private static final long SEGMENT_COUNT_GOAL = 64;

    LogGeometry {
        if (segmentSize <= 0 || segmentSize % unitSize != 0) {
            throw new KvException("odd segment size: segmentSize=" + segmentSize + ", multiple of=" + unitSize);
        }
    }

    /** Returns the sizes for a volume of {@code volumeSize} bytes; {@code segmentSize} 0 = choose. */
    static LogGeometry of(long volumeSize, long segmentSize) {
        long chosen = Long.highestOneBit(Math.max(volumeSize / SEGMENT_COUNT_GOAL, 1));
        long size = segmentSize != 0 ? segmentSize : Math.min(Math.max(chosen, UNIT_SIZE), SEGMENT_SIZE_MAX);
        return new LogGeometry(UNIT_SIZE, size);
    }

    /** Returns the units of the segment that is opened for a record: a large one gets a segment of its own size. */
    int unitCountFor(long recordSize) {
        boolean isLarge = recordSize > segmentSize / 2 - SegmentLayout.HEADER_SIZE;
        return isLarge ? unitCountOf(recordSize) : (int) (segmentSize / unitSize);
    }

    /** Returns the fewest units that hold a segment with {@code contentSize} bytes of records. */
    int unitCountOf(long contentSize) {
        return (int) ((contentSize + SegmentLayout.HEADER_SIZE + unitSize - 1) / unitSize);
    }

    /** Bytes that values leave free: a segment for tombstones and one for the cleaner's survivors. */
    long reserveSize() {
        return 2 * segmentSize;
    }
}
