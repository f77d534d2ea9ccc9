package io.daxkv.storage.kv;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Numbers in byte arrays, in the one byte order the store's formats have. */
final class LittleEndian {
    private static final VarHandle SHORT = MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private LittleEndian() {}

    static int getShort(byte[] source, int at) {
        return (short) SHORT.get(source, at) & 0xFFFF;
    }

    static void putShort(byte[] target, int at, int value) {
        SHORT.set(target, at, (short) value);
    }

    static int getInt(byte[] source, int at) {
        return (int) INT.get(source, at);
    }

    static void putInt(byte[] target, int at, int value) {
        INT.set(target, at, value);
    }

    static long getLong(byte[] source, int at) {
        return (long) LONG.get(source, at);
    }

    static void putLong(byte[] target, int at, long value) {
        LONG.set(target, at, value);
    }
}
