package io.daxkv.storage.dax;

import java.util.ArrayList;
import java.util.List;

/** The extents of a range of a file, gathered from its block map; neighbours of one state become one extent. */
final class ExtentList implements BlockMap.Visitor {
    private final BlockAllocator allocator;
    private final long end;
    private final List<Extent> extents = new ArrayList<>();
    private long covered;

    private ExtentList(BlockAllocator allocator, long offset, long end) {
        this.allocator = allocator;
        this.end = end;
        this.covered = offset;
    }

    /** Returns the extents; the caller keeps the map as it is meanwhile. */
    static List<Extent> of(FileParts parts, long offset, long end) {
        ExtentList list = new ExtentList(parts.core.allocator, offset, end);
        parts.map.walk(VolumeLayout.indexOf(offset), VolumeLayout.indexCount(end), list);
        list.append(end, ExtentState.HOLE);
        return list.extents;
    }

    @Override
    public void mapped(long index, long block, int count, long wordOffset) {
        append(VolumeLayout.offsetOf(index), ExtentState.HOLE);
        if (!allocator.isShared(block, count)) {
            append(VolumeLayout.offsetOf(index + count), ExtentState.MAPPED);
            return;
        }
        for (int i = 0; i < count; i++) {
            boolean shared = allocator.isShared(block + i, 1);
            append(VolumeLayout.offsetOf(index + i + 1), shared ? ExtentState.SHARED : ExtentState.MAPPED);
        }
    }

    @Override
    public void unwritten(long index, long block, int count, long wordOffset) {
        append(VolumeLayout.offsetOf(index), ExtentState.HOLE);
        append(VolumeLayout.offsetOf(index + count), ExtentState.UNWRITTEN);
    }

    private void append(long upTo, ExtentState state) {
        long to = Math.min(upTo, end);
        if (to <= covered) {
            return;
        }
        int last = extents.size() - 1;
        if (last >= 0 && extents.get(last).state() == state) {
            long offset = extents.get(last).offset();
            extents.set(last, new Extent(offset, to - offset, state));
        } else {
            extents.add(new Extent(covered, to - covered, state));
        }
        covered = to;
    }
}
