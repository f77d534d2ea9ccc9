package io.daxkv.storage.dax;

/**
 * The shape of a model run: how large the volume and its files are. Everything else a run draws or is told.
 *
 * @param volumeSize bytes of the volume at the start
 * @param volumeSizeMax bytes it can grow to
 * @param sizeMax no file gets longer
 * @param lengthMax no single operation covers more, but for those that free or preallocate
 */
record ModelProfile(String name, int volumeSize, int volumeSizeMax, int sizeMax, int lengthMax) {
    /** Small files: most operations a second, most collisions of operations. */
    static final ModelProfile SMALL = new ModelProfile("SMALL", 3 << 20, 4 << 20, 96 << 10, 24 << 10);

    /** Files of several 2 MiB blocks. */
    static final ModelProfile HUGE = new ModelProfile("HUGE", 16 << 20, 24 << 20, 5 << 20, 1 << 20);

    /** A volume that is full more often than not. */
    static final ModelProfile FULL = new ModelProfile("FULL", 1 << 20, 5 << 18, 768 << 10, 64 << 10);

    static ModelProfile named(String name) {
        return switch (name) {
            case "SMALL" -> SMALL;
            case "HUGE" -> HUGE;
            case "FULL" -> FULL;
            default -> throw new IllegalArgumentException("no such profile: name=" + name);
        };
    }
}
