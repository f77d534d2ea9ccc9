package io.daxkv.storage.dax;

import java.nio.file.OpenOption;
import java.nio.file.StandardOpenOption;
import java.util.Set;

/**
 * How a channel was opened, as {@link java.nio.channels.FileChannel#open} reads the same options.
 *
 * @param reads whether it may read
 * @param writes whether it may write
 * @param appends whether every write goes to the end of the file
 * @param truncates whether opening it empties the file
 * @param syncs whether a write returns only when it is durable
 */
record ChannelOptions(boolean reads, boolean writes, boolean appends, boolean truncates, boolean syncs) {

    /** Reads options; none means read and write. */
    static ChannelOptions of(OpenOption... options) {
        Set<OpenOption> set = Set.of(options);
        for (OpenOption option : set) {
            if (option == StandardOpenOption.CREATE_NEW
                    || option == StandardOpenOption.DELETE_ON_CLOSE
                    || !(option instanceof StandardOpenOption)) {
                throw new UnsupportedOperationException("option makes no sense for an open file: option=" + option);
            }
        }
        boolean appends = set.contains(StandardOpenOption.APPEND);
        boolean writes = set.isEmpty() || appends || set.contains(StandardOpenOption.WRITE);
        boolean reads = set.isEmpty() || set.contains(StandardOpenOption.READ) || !writes;
        boolean truncates = writes && set.contains(StandardOpenOption.TRUNCATE_EXISTING);
        if (appends && (reads || truncates)) {
            throw new IllegalArgumentException("APPEND goes with neither READ nor TRUNCATE_EXISTING: options=" + set);
        }
        boolean syncs = set.contains(StandardOpenOption.SYNC) || set.contains(StandardOpenOption.DSYNC);
        return new ChannelOptions(reads, writes, appends, truncates, syncs);
    }
}
