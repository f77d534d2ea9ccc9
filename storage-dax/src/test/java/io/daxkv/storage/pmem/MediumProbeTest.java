package io.daxkv.storage.pmem;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Each medium gives each mode what the table in {@link MediumProbe} says, or explains what to ask for instead.
 *
 * <p>Not covered: a file system that really accepts MAP_SYNC.
 */
class MediumProbeTest {
    @ParameterizedTest
    @CsvSource({
        "ext4,    rw,          true,  auto,     CACHE_LINE, true",
        "ext4,    rw,          true,  sync,     CACHE_LINE, true",
        "ext4,    rw,          true,  page,     PAGE,       true",
        "ext4,    rw,          true,  volatile, VOLATILE,   false",
        "ext4,    rw,          false, auto,     PAGE,       true",
        "overlay, 'rw,a=/b',   false, auto,     PAGE,       true",
        "overlay, 'rw,volatile', false, auto,   VOLATILE,   false",
        "tmpfs,   rw,          false, auto,     VOLATILE,   false",
        "ramfs,   rw,          false, auto,     VOLATILE,   false",
        "tmpfs,   rw,          false, volatile, VOLATILE,   false",
        "nfs4,    rw,          false, volatile, VOLATILE,   false",
        "tmpfs,   rw,          false, clwb-emulated, CACHE_LINE, false",
        "ext4,    rw,          false, clwb-emulated, CACHE_LINE, false",
    })
    void mediumGivesTheModeItsGranularity(
            String type,
            String options,
            boolean isSync,
            String mode,
            PersistGranularity granularity,
            boolean survives) {
        Medium medium = new MediumProbe(new Mount(type, options), isSync, false).medium(PersistenceMode.parse(mode));
        assertEquals(granularity, medium.granularity());
        assertEquals(survives, medium.survivesPowerLoss());
        assertEquals(mode.equals("clwb-emulated"), medium.emulated());
        assertTrue(medium.description().contains(type), medium::description);
    }

    @ParameterizedTest
    @CsvSource({
        "ext4,  rw, sync, page",
        "tmpfs, rw, sync, volatile",
        "tmpfs, rw, page, volatile",
        "overlay, 'rw,volatile', page, volatile",
        "nfs,   rw, auto, local disk",
        "fuse.sshfs, rw, page, local disk",
    })
    void refusalNamesTheFileSystemAndTheWayOut(String type, String options, String mode, String wayOut) {
        MediumProbe probe = new MediumProbe(new Mount(type, options), false, false);
        MediumRefusedException refused =
                assertThrows(MediumRefusedException.class, () -> probe.medium(PersistenceMode.parse(mode)));
        assertTrue(refused.getMessage().contains("filesystem=" + type), refused::getMessage);
        assertTrue(refused.getMessage().contains(wayOut), refused::getMessage);
    }

    @Test
    void persistentCachesNeedNoFlush() {
        Medium medium = new MediumProbe(new Mount("xfs", "rw"), true, true).medium(PersistenceMode.AUTO);
        assertEquals(PersistGranularity.BYTE, medium.granularity());
    }

    @Test
    void cachesCountAsPersistentOnlyIfEveryRegionSaysSo(@TempDir Path regions) throws IOException {
        assertFalse(MediumProbe.isCachePersistent(regions.resolve("absent")));
        assertFalse(MediumProbe.isCachePersistent(regions));
        region(regions, "region0", "cpu_cache\n");
        assertTrue(MediumProbe.isCachePersistent(regions));
        region(regions, "region1", "memory_controller\n");
        assertFalse(MediumProbe.isCachePersistent(regions));
    }

    @ParameterizedTest
    @EnumSource(PersistenceMode.class)
    void modeIsParsedAsItIsPrinted(PersistenceMode mode) {
        assertEquals(mode, PersistenceMode.parse(mode.toString()));
    }

    @Test
    void unknownModeListsTheKnownOnes() {
        IllegalArgumentException unknown =
                assertThrows(IllegalArgumentException.class, () -> PersistenceMode.parse("fast"));
        assertEquals(
                "unknown persistence mode: mode=fast, known=auto|sync|clwb-emulated|page|volatile",
                unknown.getMessage());
    }

    private static void region(Path regions, String name, String domain) throws IOException {
        Files.writeString(Files.createDirectory(regions.resolve(name)).resolve("persistence_domain"), domain);
    }
}
