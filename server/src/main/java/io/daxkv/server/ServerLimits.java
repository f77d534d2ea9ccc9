package io.daxkv.server;

import io.daxkv.storage.kv.KvLimits;

/**
 * What one client may cost the server. Every bound that a byte from the network can reach is here, so that a test can
 * stand on each side of it.
 *
 * @param lineSizeMax bytes of an inline request or of a header line, its CRLF excluded
 * @param argumentCountMax arguments of one request
 * @param bulkSizeMax bytes of one argument, and of a value built from several
 * @param keySizeMax bytes of a key
 * @param queryBufferSizeMax bytes received and not yet executed; beyond it the connection is closed
 * @param pipelineCountMax requests executed before other connections of the loop get their turn
 * @param outputSoftSize bytes of replies not yet taken by the client at which it is no longer read from
 * @param outputHardSize bytes of replies at which it is closed
 * @param clientCountMax connections
 * @param patternSizeMax bytes of a glob pattern
 */
public record ServerLimits(
        int lineSizeMax,
        int argumentCountMax,
        int bulkSizeMax,
        int keySizeMax,
        int queryBufferSizeMax,
        int pipelineCountMax,
        int outputSoftSize,
        int outputHardSize,
        int clientCountMax,
        int patternSizeMax) {

    private static final int KIB = 1 << 10;
    private static final int MIB = 1 << 20;

    public ServerLimits {
        requirePositive("line size", lineSizeMax);
        requirePositive("argument count", argumentCountMax);
        requirePositive("value size", bulkSizeMax);
        requirePositive("pipeline count", pipelineCountMax);
        requirePositive("client count", clientCountMax);
        requirePositive("output size", outputSoftSize);
        if (bulkSizeMax > KvLimits.VALUE_SIZE_MAX || keySizeMax > KvLimits.KEY_SIZE_MAX) {
            throw new IllegalArgumentException("limit above what a record holds: valueSize=" + bulkSizeMax
                    + ", keySize=" + keySizeMax + ", valueSizeMax=" + KvLimits.VALUE_SIZE_MAX + ", keySizeMax="
                    + KvLimits.KEY_SIZE_MAX);
        }
    }

    /** Returns the defaults. */
    public static ServerLimits defaults() {
        return new ServerLimits(
                64 * KIB,
                MIB,
                KvLimits.VALUE_SIZE_MAX,
                KvLimits.KEY_SIZE_MAX,
                queryBufferSize(KvLimits.VALUE_SIZE_MAX),
                128,
                16 * MIB,
                64 * MIB,
                10_000,
                KIB);
    }

    /** Returns the same limits for values of up to {@code newBulkSizeMax} bytes. */
    public ServerLimits withBulkSizeMax(int newBulkSizeMax) {
        return new ServerLimits(
                lineSizeMax,
                argumentCountMax,
                newBulkSizeMax,
                keySizeMax,
                queryBufferSize(newBulkSizeMax),
                pipelineCountMax,
                outputSoftSize,
                outputHardSize,
                clientCountMax,
                patternSizeMax);
    }

    /** Returns the same limits for {@code newClientCountMax} connections. */
    public ServerLimits withClientCountMax(int newClientCountMax) {
        return new ServerLimits(
                lineSizeMax,
                argumentCountMax,
                bulkSizeMax,
                keySizeMax,
                queryBufferSizeMax,
                pipelineCountMax,
                outputSoftSize,
                outputHardSize,
                newClientCountMax,
                patternSizeMax);
    }

    /** The largest value must fit, with its key, its headers and some of the request behind it. */
    private static int queryBufferSize(int bulkSizeMax) {
        return bulkSizeMax + 16 * MIB;
    }

    private static void requirePositive(String what, int value) {
        if (value <= 0) {
            throw new IllegalArgumentException("limit must be positive: limit=" + what + ", value=" + value);
        }
    }
}
