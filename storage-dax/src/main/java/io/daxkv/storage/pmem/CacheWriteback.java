package io.daxkv.storage.pmem;

import com.sun.management.HotSpotDiagnosticMXBean;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.management.ManagementFactory;

/**
 * The processor's cache write-back, by the JVM's own intrinsics: one instruction per line and one fence, where the
 * JDK's public way (a synchronously mapped buffer's {@code force}) fences after every range, at ten times the cost for
 * scattered lines.
 *
 * <p><b>Ordering.</b> {@link #writeBack} is ordered after earlier stores to its line; {@link #await} after all earlier
 * write-backs of this thread.
 *
 * <p><b>Failure.</b> Ask {@link #refusal} first; without the JVM's consent the other methods are a bug.
 */
final class CacheWriteback {
    private static final String OPEN = "--add-opens=java.base/jdk.internal.misc=ALL-UNNAMED";
    private static final String EAGER_STUBS = "-XX:+UnlockDiagnosticVMOptions -XX:-DelayCompilerStubsGeneration";

    /** The first JDK that may generate the write-back stub late; later ones may hide the flag that says so. */
    private static final int LATE_STUBS_FEATURE = 21;

    /** The highest tier of the JIT, the one that brings the stubs with it. */
    private static final String FULL_TIER = "4";

    // Constants for the JIT, which inlines each to its instruction; a handle in an instance field would be a call.
    private static final MethodHandle WRITE_BACK;
    private static final MethodHandle BEGIN;
    private static final MethodHandle AWAIT;
    private static final String REFUSAL;

    static {
        MethodHandle writeBack = null;
        MethodHandle begin = null;
        MethodHandle await = null;
        String refusal;
        try {
            Class<?> internal = Class.forName("jdk.internal.misc.Unsafe");
            MethodHandles.Lookup lookup = MethodHandles.privateLookupIn(internal, MethodHandles.lookup());
            Object unsafe = lookup.findStatic(internal, "getUnsafe", MethodType.methodType(internal))
                    .invoke();
            MethodType nothing = MethodType.methodType(void.class);
            MethodType ofAddress = MethodType.methodType(void.class, long.class);
            writeBack = lookup.bind(unsafe, "writeback0", ofAddress);
            begin = lookup.bind(unsafe, "writebackPreSync0", nothing);
            await = lookup.bind(unsafe, "writebackPostSync0", nothing);
            int lineSize = (int) lookup.bind(unsafe, "dataCacheLineFlushSize", MethodType.methodType(int.class))
                    .invoke();
            refusal = lineSize == 0 || lineSize > 0 && lineSize < CacheLine.SIZE
                    ? "this processor or JVM cannot write back lines: flushSize=" + lineSize
                    : stubRefusal(
                            option("DelayCompilerStubsGeneration"),
                            Runtime.version().feature(),
                            isFullyCompiled());
        } catch (Throwable e) {
            refusal = "the JVM keeps its write-back instructions to itself: set " + OPEN + ", cause=" + e;
        }
        WRITE_BACK = writeBack;
        BEGIN = begin;
        AWAIT = await;
        REFUSAL = refusal;
    }

    private CacheWriteback() {}

    /** Returns why this JVM cannot write back lines and what to set, or null if it can. */
    static String refusal() {
        return REFUSAL;
    }

    /** Orders write-backs after what came before, on processors that need telling. */
    static void begin() {
        try {
            BEGIN.invokeExact();
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }

    /** Starts writing back the line at {@code address}. */
    static void writeBack(long address) {
        try {
            WRITE_BACK.invokeExact(address);
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }

    /** Waits until this thread's write-backs are done. */
    static void await() {
        try {
            AWAIT.invokeExact();
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }

    /**
     * Returns why write-back could end the process, or null if it is safe. A JVM that generates its stubs late jumps to
     * address 0 in interpreted and lightly compiled code as long as the full compiler has not started.
     *
     * @param lateStubs the flag's value; null if the JVM has no such flag or hides it
     */
    static String stubRefusal(String lateStubs, int feature, boolean isFullyCompiled) {
        boolean isLate = lateStubs == null ? feature >= LATE_STUBS_FEATURE : Boolean.parseBoolean(lateStubs);
        return isLate && !isFullyCompiled
                ? "this JVM would crash in write-back with its full compiler off: set " + EAGER_STUBS
                : null;
    }

    private static boolean isFullyCompiled() {
        return !System.getProperty("java.vm.info", "").contains("interpreted")
                && FULL_TIER.equals(option("TieredStopAtLevel"));
    }

    private static String option(String name) {
        try {
            return ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class)
                    .getVMOption(name)
                    .getValue();
        } catch (IllegalArgumentException e) {
            return null;
        }
    }
}
