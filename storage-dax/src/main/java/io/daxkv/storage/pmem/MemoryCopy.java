package io.daxkv.storage.pmem;

import static java.lang.invoke.MethodType.methodType;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.reflect.Field;

/**
 * Copies between memory and byte arrays with the JVM's own stub, which uses the widest moves the processor has.
 * Chronicle's copies between an array and an address go 16 bytes a step; that is as fast for a few lines and several
 * times slower for a large value, so {@link MappedPmem} comes here from {@link #WORTHWHILE_SIZE} on.
 *
 * <p>A fault in the middle of a copy surfaces as {@link InternalError}, as for any access to mapped memory.
 */
final class MemoryCopy {
    /** Bytes from which the stub's call pays for itself; below, the loop of 16-byte steps is as fast or faster. */
    static final int WORTHWHILE_SIZE = 192;

    private static final MethodHandle COPY;
    private static final long ARRAY_BASE;

    static {
        try {
            Class<?> type = Class.forName("sun.misc.Unsafe");
            Field field = type.getDeclaredField("theUnsafe");
            field.setAccessible(true);
            Object unsafe = field.get(null);
            ARRAY_BASE = type.getField("ARRAY_BYTE_BASE_OFFSET").getInt(null);
            COPY = MethodHandles.lookup()
                    .findVirtual(
                            type,
                            "copyMemory",
                            methodType(void.class, Object.class, long.class, Object.class, long.class, long.class))
                    .bindTo(unsafe);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private MemoryCopy() {}

    /** Copies {@code length} bytes of an array, bounds checked by the caller, to an address. */
    static void fromArray(byte[] source, int at, long address, int length) {
        copy(source, ARRAY_BASE + at, null, address, length);
    }

    /** Copies {@code length} bytes at an address into an array, bounds checked by the caller. */
    static void toArray(long address, byte[] target, int at, int length) {
        copy(null, address, target, ARRAY_BASE + at, length);
    }

    private static void copy(Object source, long sourceOffset, Object target, long targetOffset, long length) {
        try {
            COPY.invokeExact(source, sourceOffset, target, targetOffset, length);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new AssertionError("copyMemory declares no checked exception", e);
        }
    }
}
