package io.daxkv.storage.dax;

/**
 * A run of pinned bytes that lie one after another in the arena, or of a hole, which reads as zero.
 *
 * @param position first byte, in bytes from the start of the pinned range
 * @param arenaOffset where it lies, in bytes from the start of the arena; -1 in a hole
 * @param length bytes
 */
public record PinnedRun(long position, long arenaOffset, long length) {
    static final long HOLE = -1;

    public boolean isHole() {
        return arenaOffset == HOLE;
    }

    long end() {
        return position + length;
    }

    /** Returns true if one of these bytes lies in {@code block}. */
    boolean holds(long block) {
        return !isHole()
                && block >= VolumeLayout.indexOf(arenaOffset)
                && block < VolumeLayout.indexCount(arenaOffset + length);
    }

    /** Returns true if {@code next} begins where this run ends, in the range and in the arena. */
    boolean isFollowedBy(PinnedRun next) {
        return isHole() ? next.isHole() : arenaOffset + length == next.arenaOffset;
    }

    PinnedRun with(PinnedRun next) {
        return new PinnedRun(position, arenaOffset, length + next.length);
    }
}
