package io.daxkv.storage.dax;

import io.daxkv.storage.pmem.Pmem;
import java.util.List;
import java.util.UUID;

public final class DaxVolume implements AutoCloseable {
    private DaxVolume() {}

    /** Makes an empty volume over the whole of {@code pmem}, durably. */
    public static DaxVolume format(Pmem pmem) {
        throw new UnsupportedOperationException();
    }

    /** Opens the volume {@code pmem} holds. */
    public static DaxVolume open(Pmem pmem) {
        throw new UnsupportedOperationException();
    }

    /** Returns true if {@code pmem} begins with a superblock, valid or not; false if it is all zero. */
    public static boolean isFormatted(Pmem pmem) {
        throw new UnsupportedOperationException();
    }

    public UUID id() {
        throw new UnsupportedOperationException();
    }

    public Pmem pmem() {
        throw new UnsupportedOperationException();
    }

    /** Creates an empty file, durably. */
    public DaxFile create(String name, DaxFileKind kind) {
        throw new UnsupportedOperationException();
    }

    /** Opens a file; every open of one name returns the same object. */
    public DaxFile open(String name) {
        throw new UnsupportedOperationException();
    }

    public boolean exists(String name) {
        throw new UnsupportedOperationException();
    }

    public void delete(String name) {
        throw new UnsupportedOperationException();
    }

    public List<String> names() {
        throw new UnsupportedOperationException();
    }

    /** Bytes of the volume, and those of them no file owns. */
    public long size() {
        throw new UnsupportedOperationException();
    }

    public long freeSize() {
        throw new UnsupportedOperationException();
    }

    /** Free bytes in whole 2 MiB blocks. */
    public long freeHugeSize() {
        throw new UnsupportedOperationException();
    }

    @Override
    public void close() {
        throw new UnsupportedOperationException();
    }
}
