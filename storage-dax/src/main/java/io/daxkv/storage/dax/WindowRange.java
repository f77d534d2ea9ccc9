package io.daxkv.storage.dax;

/**
 * Bytes of a window as one buffer of a gathering write or a scattering read.
 *
 * @param window any window, also one of the file that is read or written
 * @param position first byte, from the start of the window
 * @param length bytes
 */
public record WindowRange(DaxWindow window, long position, long length) {}
