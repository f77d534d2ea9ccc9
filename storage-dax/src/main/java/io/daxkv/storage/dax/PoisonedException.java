package io.daxkv.storage.dax;

/**
 * The medium lost bytes that an access needs. They come back only by being written anew: an IO write that covers whole
 * blocks of 4 KiB repairs them; punch and truncate give them up. Nothing was changed by the access that failed so.
 */
public final class PoisonedException extends DaxException {
    private static final long serialVersionUID = 1L;

    private final String file;
    private final long offset;
    private final long length;

    PoisonedException(String file, long offset, long length) {
        super("bytes lost by the medium, write whole blocks to repair: file=" + file + ", offset=" + offset
                + ", length=" + length);
        this.file = file;
        this.offset = offset;
        this.length = length;
    }

    public String file() {
        return file;
    }

    /** Returns where the first lost bytes, or the access that met them, start, in bytes from the start of the file. */
    public long offset() {
        return offset;
    }

    /** Returns the length of that run or access, in bytes. */
    public long length() {
        return length;
    }
}
