package io.daxkv.bench.load;

import java.io.IOException;
import java.net.URI;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.CRC32C;

/**
 * Every class file of the running JDK, as its {@code jrt:} file system shows them: tens of thousands of entries from
 * some hundred bytes to some hundred kilobytes, the path as key. Real sizes, real names, the same on every machine with
 * that JDK.
 */
final class JdkDataset {
    private final List<Path> files;

    /** Lists the first {@code limit} class files in the order of their paths; 0 = all. */
    JdkDataset(int limit) throws IOException {
        Path modules = FileSystems.getFileSystem(URI.create("jrt:/")).getPath("/modules");
        try (Stream<Path> tree = Files.walk(modules)) {
            files = tree.filter(path -> path.toString().endsWith(".class"))
                    .sorted()
                    .limit(limit > 0 ? limit : Long.MAX_VALUE)
                    .toList();
        }
    }

    int size() {
        return files.size();
    }

    String key(int index) {
        return files.get(index).toString();
    }

    /** Returns the bytes of an entry, read from the JDK each time. */
    byte[] value(int index) throws IOException {
        return Files.readAllBytes(files.get(index));
    }

    static int checksum(byte[] bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes);
        return (int) crc.getValue();
    }
}
