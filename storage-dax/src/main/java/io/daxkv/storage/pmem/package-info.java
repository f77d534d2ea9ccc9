/**
 * Bytes that survive: one backing file seen as a space of {@code long} offsets, and the means to make stores to it
 * durable on whatever medium holds it. The bottom layer; nothing above touches mapped memory or a system call.
 *
 * <p>Start with {@link io.daxkv.storage.pmem.Pmem}, the seam through which every load, store, flush and drain passes.
 * {@link io.daxkv.storage.pmem.PmemArena} opens the file, holds its lock and hands out that seam. Behind it:
 *
 * <pre>
 *   PmemArena -- ArenaFile      the file: created, checked, made longer, never sparse
 *       |     -- ArenaLock      one owner at a time
 *       |     -- MediumProbe    what the file lies on -> Medium
 *       +-- MappedPmem -- MappedRange   addresses, reserved once so that growing moves nothing
 *                     -- Persister     CacheLine, Fence, Page or Volatile: one per granularity
 * </pre>
 *
 * <p>Mapped memory can fail under any access, and the JVM turns that into an error only for loads, stores and copies.
 * So no compare-and-set, no checksum and no {@code setMemory} ever runs on it: copy out, then compute.
 *
 * <p>{@link io.daxkv.storage.pmem.DramRegion} is the odd one out: off-heap memory that survives nothing, here because
 * raw memory is this package's business alone.
 */
package io.daxkv.storage.pmem;
