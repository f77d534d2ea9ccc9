package io.daxkv.storage.dax;

/**
 * A tracked window whose writable pages are reachable after any crash (D15): the write fault makes the size durable
 * before it gives permission, and so does whatever grows the file later. What is left to do for a store to survive is
 * to flush its lines.
 */
class SyncWindow extends DaxWindow {
    SyncWindow(FaultHandler faults, long offset, long length) {
        super(faults, offset, length, WindowMode.SYNC);
    }

    @Override
    public void persist(long position, long count) {
        long at = check(position, count);
        core.checkTakesStores();
        for (long done = 0; done < count; ) {
            long before = pages.stamp();
            long address = pages.translate(at + done, PageTable.PRESENT);
            if (address < 0) {
                fault(at + done, false);
                continue;
            }
            int piece = pieceLength(at + done, (int) Math.min(count - done, VolumeLayout.BLOCK_SIZE));
            pmem.flush(address, piece);
            // A page that went elsewhere meanwhile took the bytes along: its new lines are the ones to flush.
            if (pages.isStill(before)) {
                done += piece;
            }
        }
        core.drain();
    }
}
