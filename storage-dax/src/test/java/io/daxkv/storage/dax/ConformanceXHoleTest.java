package io.daxkv.storage.dax;

import static io.daxkv.storage.dax.ConformanceVolume.BLOCK;
import static io.daxkv.storage.dax.ConformanceVolume.read;
import static io.daxkv.storage.dax.ConformanceVolume.together;
import static io.daxkv.storage.dax.ConformanceVolume.write;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * X11: two threads store a marker each into every page of one file, page by page at the same pace, so that they fault
 * the same page at once; every marker is there in the mapping, in the file and after a crash (S08 to S10).
 */
@Timeout(300)
class ConformanceXHoleTest {
    private enum Space {
        HOLE,
        PREALLOCATED,
        ZEROES
    }

    private enum Access {
        BOTH_STORE,
        ONE_WRITES,
        BOTH_LOAD_FIRST,
        PRIVATE
    }

    private static final int[] PLACES = {1024, 3072};

    static List<Arguments> combinations() {
        List<Arguments> all = new ArrayList<>();
        for (int size : new int[] {1 << 20, 16 << 20}) {
            for (Space space : Space.values()) {
                for (Access access : Access.values()) {
                    all.add(Arguments.of(size, space, access));
                }
            }
        }
        return all;
    }

    @ParameterizedTest(name = "{0} bytes, {1}, {2}")
    @MethodSource("combinations")
    void x11EveryMarkerIsInMappingAndFile(int size, Space space, Access access) {
        ConformanceVolume volume = new ConformanceVolume(size + (6 << 20));
        DaxFile file = volume.create("file");
        switch (space) {
            case HOLE -> file.truncate(size);
            case PREALLOCATED -> file.allocate(0, size);
            default -> write(file, 0, size, 0);
        }
        boolean isPrivate = access == Access.PRIVATE;
        try (DaxWindow window = file.window(0, size, isPrivate ? WindowMode.PRIVATE : WindowMode.TRACKED)) {
            together(
                    () -> mark(file, window, 0, access, size),
                    () -> mark(file, window, 1, access == Access.ONE_WRITES ? Access.BOTH_STORE : access, size));
            for (int page = 0; page < size; page += BLOCK) {
                for (int thread = 0; thread < 2; thread++) {
                    assertEquals(thread + 1, window.getLong(page + PLACES[thread]), "page " + page / BLOCK);
                }
            }
        }
        assertMarkers(file, isPrivate);
        file.fsync();
        volume.check();
        assertMarkers(volume.crash(file), isPrivate);
    }

    private static void mark(DaxFile file, DaxWindow window, int thread, Access access, int size) {
        long marker = thread + 1;
        for (int page = 0; page < size; page += BLOCK) {
            int at = page + PLACES[thread];
            switch (access) {
                case ONE_WRITES -> file.write(at, littleEndian(marker));
                case BOTH_LOAD_FIRST -> {
                    assertEquals(0, window.getLong(at));
                    window.putLong(at, marker);
                }
                default -> window.putLong(at, marker);
            }
        }
    }

    private static void assertMarkers(DaxFile file, boolean areAbsent) {
        ByteBuffer found = ByteBuffer.wrap(read(file)).order(ByteOrder.LITTLE_ENDIAN);
        for (int page = 0; page < found.capacity(); page += BLOCK) {
            for (int thread = 0; thread < 2; thread++) {
                assertEquals(areAbsent ? 0 : thread + 1, found.getLong(page + PLACES[thread]), "page " + page / BLOCK);
            }
        }
    }

    private static ByteBuffer littleEndian(long value) {
        return ByteBuffer.allocate(Long.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(value)
                .flip();
    }
}
