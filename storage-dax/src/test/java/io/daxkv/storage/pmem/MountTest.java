package io.daxkv.storage.pmem;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A path's file system is found in the kernel's table as proc(5) lays it out. */
class MountTest {
    private static final List<String> TABLE = List.of(
            "22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw,errors=remount-ro",
            "23 22 0:21 / /proc rw,nosuid - proc proc rw",
            "24 22 0:22 / /mnt/my\\040disk rw shared:2 master:1 - xfs /dev/sdb rw,dax=always",
            "25 22 0:23 / /data rw - ext4 /dev/sdc rw",
            "26 25 0:24 / /data rw - tmpfs tmpfs rw,size=1k",
            "27 22 0:25 / /layers rw,relatime - overlay overlay rw,lowerdir=/l,upperdir=/u,volatile",
            "28 22 0:26 / /layersafe rw - overlay overlay rw,lowerdir=/l/volatile,upperdir=/u",
            "garbage");

    @Test
    void deepestMountPointWins() {
        assertEquals("ext4", find("/home/x").type());
        assertEquals("xfs", find("/mnt/my disk/file").type());
        assertEquals("ext4", find("/mnt/my disk2/file").type());
    }

    @Test
    void laterMountHidesTheEarlierOne() {
        assertEquals("tmpfs", find("/data/file").type());
        assertTrue(find("/data/file").isMemory());
    }

    @Test
    void overlayIsVolatileOnlyByItsOption() {
        assertTrue(find("/layers/file").isVolatileOverlay());
        assertFalse(find("/layersafe/file").isVolatileOverlay());
    }

    @Test
    void remoteAndUserSpaceFileSystemsAreKnown() {
        for (String type : List.of("nfs4", "cifs", "fuse.sshfs", "fuseblk", "9p", "smb3")) {
            assertTrue(new Mount(type, "").isRemote(), type);
        }
        assertFalse(new Mount("ext4", "").isRemote());
    }

    private static Mount find(String path) {
        return Mount.find(TABLE, Path.of(path));
    }
}
