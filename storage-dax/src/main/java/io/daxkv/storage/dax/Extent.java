package io.daxkv.storage.dax;

/**
 * A run of file bytes with one state.
 *
 * @param offset bytes from the start of the file
 * @param length bytes
 * @param state whether blocks back it
 */
public record Extent(long offset, long length, ExtentState state) {}
