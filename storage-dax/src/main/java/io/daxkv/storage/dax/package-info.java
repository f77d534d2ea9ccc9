/**
 * Files as windows on persistent memory: what Linux fs-DAX does in the kernel, re-created in userspace, and one step
 * further. A file is read and written by copies (the IO path, {@code IoPath}) and by loads and stores through windows
 * (the mmap path, {@code DaxWindow}); both mark the same lines in the same {@code MappingTree}, both are kept coherent
 * by the same rules, and one {@code fsync} makes both durable. Linux tracks the mmap path only.
 *
 * <p>Names follow {@code fs/dax.c} and its callers: entry, grab/put, fault, mkwrite, DIRTY, TOWRITE. Read in this
 * order: {@code VolumeLayout}, {@code CheckedWord}, {@code BlockMap}, {@code MappingEntry}, {@code MappingTree},
 * {@code FaultHandler}, {@code DaxWindow}, {@code IoPath}, {@code Writeback}, {@code Truncation}.
 * {@code WindowBytesStore} and {@code DaxFileChannel} are faces of it for code that was written for something else.
 *
 * <p>Lock order (invariant L1), outermost first: {@code FreezeGate} (sb_start_write), {@code FileLocks.io} (the
 * kernel's i_rwsem), {@code FreezeGate} for write faults (sb_start_pagefault), {@code FileLocks.invalidate}
 * (invalidate_lock), {@code FileLocks.writeback}, entry lock (the LOCKED bit, waited for in {@code MappingTree}), the
 * block map's monitor (extent lock), the allocator's monitor. A fault takes from its gate on (L2), so nothing that a
 * fault takes is held while a caller's buffer is touched (L3).
 *
 * <p>Metadata (superblocks, inodes, block maps) is synchronous: an operation that changes it returns when the change is
 * durable. So a block map that a reader can see is always durable (D6, D15), and fsync is about data and size only.
 */
package io.daxkv.storage.dax;
