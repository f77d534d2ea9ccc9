package io.daxkv.storage.kv;

/**
 * A run of units as recovery found it.
 *
 * @param offset place in the log
 * @param header what it says about itself; null if it has no valid header
 * @param seal what its seal says
 * @param tailOffset bytes from the segment's start to the sealed tail
 * @param segment opened for reading; null without a header
 */
record FoundSegment(
        long offset, SegmentLayout.Header header, RecoveryTable.Seal seal, long tailOffset, LogSegment segment) {

    long generation() {
        return header == null ? 0 : header.generation();
    }
}
