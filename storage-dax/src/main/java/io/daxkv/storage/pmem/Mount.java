package io.daxkv.storage.pmem;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The file system a path lies on, from the kernel's table of mounts.
 *
 * @param type the kernel's name of the file system, such as {@code ext4}
 * @param options mount and super block options, comma separated
 */
record Mount(String type, String options) {
    private static final int MOUNT_POINT = 4;
    private static final int MOUNT_OPTIONS = 5;
    private static final String SEPARATOR = " - ";

    /** Returns the mount of an existing file, links resolved. */
    static Mount of(Path file) {
        try {
            return find(Files.readAllLines(Path.of("/proc/self/mountinfo")), file.toRealPath());
        } catch (IOException e) {
            throw new PmemException("cannot find the file system: file=" + file + ", cause=" + e, e);
        }
    }

    /**
     * Returns the mount that holds {@code file}: the deepest mount point above it and, of several on one point, the
     * last, which hides the others.
     *
     * @param mountInfo lines of {@code /proc/self/mountinfo}, see proc(5)
     */
    static Mount find(List<String> mountInfo, Path file) {
        Mount found = new Mount("unknown", "");
        int depth = -1;
        for (String line : mountInfo) {
            int separator = line.indexOf(SEPARATOR);
            String[] fields = line.split(" ");
            if (separator < 0 || fields.length <= MOUNT_OPTIONS) {
                continue;
            }
            Path point = Path.of(unescape(fields[MOUNT_POINT]));
            if (file.startsWith(point) && point.getNameCount() >= depth) {
                String[] device = line.substring(separator + SEPARATOR.length()).split(" ");
                String more = device.length > 2 ? "," + device[2] : "";
                found = new Mount(device[0], fields[MOUNT_OPTIONS] + more);
                depth = point.getNameCount();
            }
        }
        return found;
    }

    /** Returns whether the file system lives in memory alone. */
    boolean isMemory() {
        return type.equals("tmpfs") || type.equals("ramfs");
    }

    /** Returns whether another machine or process decides what durable means. */
    boolean isRemote() {
        return type.startsWith("nfs")
                || type.startsWith("fuse")
                || type.startsWith("smb")
                || type.equals("cifs")
                || type.equals("9p")
                || type.equals("ceph")
                || type.equals("virtiofs");
    }

    /** Returns whether this is an overlay that was told to ignore fsync. */
    boolean isVolatileOverlay() {
        return type.equals("overlay") && List.of(options.split(",")).contains("volatile");
    }

    /** Spaces and other bytes that would break the table are written as three octal digits. */
    private static String unescape(String field) {
        StringBuilder plain = new StringBuilder(field.length());
        for (int i = 0; i < field.length(); i++) {
            if (field.charAt(i) == '\\' && i + 3 < field.length()) {
                plain.append((char) Integer.parseInt(field.substring(i + 1, i + 4), 8));
                i += 3;
            } else {
                plain.append(field.charAt(i));
            }
        }
        return plain.toString();
    }
}
