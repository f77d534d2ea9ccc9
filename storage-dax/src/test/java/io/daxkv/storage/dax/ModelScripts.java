package io.daxkv.storage.dax;

import java.util.ArrayList;
import java.util.List;

/**
 * Logs written by hand, for what chance meets too rarely to be counted on: rows of the operation table that need two
 * operations in a certain order, mostly on 2 MiB.
 */
final class ModelScripts {
    /** A read fault between a write's allocation and its revoke finds the hole's entry over a block (F4). */
    private static final String HOLE_ENTRY_OVER_A_BLOCK = """
            profile SMALL
            1 create file=0
            2 truncate file=0 offset=90000
            3 open window=0 file=0 block=0 blocks=24 mode=0
            4 load window=0 offset=8192 length=8 variant=0
            5 open window=1 file=0 block=0 blocks=24 mode=0
            6 interrupt point=2 nth=0
            7 write file=0 offset=8192 length=100
            8 load window=1 offset=8192 length=8 variant=0
            """;

    /** A punch between an fsync's snapshot and its write-back takes the data away by request (Y5). */
    private static final String PUNCH_INSIDE_FSYNC = """
            profile SMALL
            1 create file=0
            2 write file=0 offset=0 length=20000
            3 interrupt point=0 nth=0
            4 fsync file=0
            5 punchBlocks file=0 block=1 blocks=2
            6 crash image=0 seed=0
            """;

    /** A store during an fsync is the next one's (Y2). */
    private static final String STORE_INSIDE_FSYNC = """
            profile SMALL
            1 create file=0
            2 write file=0 offset=0 length=20000
            3 open window=0 file=0 block=0 blocks=24 mode=0
            4 interrupt point=0 nth=0
            5 fsync file=0
            6 store window=0 offset=60 length=8 variant=0
            7 crash image=0 seed=0
            """;

    /** A synchronous window's fault finds a size that a write moved and nobody synced (F10). */
    private static final String SYNC_FAULT = """
            profile SMALL
            1 create file=0
            2 write file=0 offset=0 length=20000
            3 open window=0 file=0 block=0 blocks=24 mode=5
            4 persist window=0 offset=16390 length=8 variant=0
            5 persist window=0 offset=100 length=8 variant=0
            6 crash image=0 seed=0
            """;

    /** 2 MiB at once: written, synced, split by a punch that meets dirt, read in part, met by single entries. */
    private static final String HUGE = """
            profile HUGE
            1 create file=0
            2 allocate file=0 offset=0 length=1048576
            3 open window=0 file=0 block=0 blocks=1280 mode=0
            4 store window=0 offset=0 length=8 variant=0
            5 fsync file=0
            6 store window=0 offset=40960 length=8 variant=0
            7 open window=1 file=0 block=3 blocks=5 mode=0
            8 load window=1 offset=0 length=8 variant=0
            9 store window=0 offset=8192 length=8 variant=0
            10 open window=2 file=0 block=520 blocks=8 mode=1
            11 store window=2 offset=0 length=8 variant=0
            12 store window=0 offset=2500000 length=8 variant=0
            13 fsync file=0
            14 store window=0 offset=16384 length=8 variant=0
            15 punchBlocks file=0 block=2 blocks=2
            16 punchBlocks file=0 block=512 blocks=512
            17 load window=0 offset=2097152 length=8 variant=0
            18 allocate file=0 offset=2097152 length=524288
            19 store window=0 offset=2097160 length=8 variant=0
            20 fsyncRange file=0 offset=2097152 length=4096
            21 punchBlocks file=0 block=512 blocks=512
            22 load window=0 offset=2097152 length=8 variant=0
            23 open window=3 file=0 block=600 blocks=4 mode=0
            24 load window=3 offset=0 length=8 variant=0
            25 write file=0 offset=2100000 length=8
            26 crash image=3 seed=7
            """;

    /** 2 MiB under a write-protected window: one fault marks all of it. */
    private static final String HUGE_PROTECTED = """
            profile HUGE
            1 create file=0
            2 allocate file=0 offset=0 length=1048576
            3 open window=0 file=0 block=0 blocks=1280 mode=1
            4 store window=0 offset=0 length=8 variant=0
            5 fsync file=0
            6 store window=0 offset=40960 length=8 variant=0
            7 fsync file=0
            8 store window=0 offset=40960 length=8 variant=0
            9 close window=0
            10 punchBlocks file=0 block=0 blocks=512
            11 crash image=0 seed=0
            """;

    /** A write-back that misses an alias of a 2 MiB entry lets its next store go unnoticed (D2, D4, S14). */
    private static final String HUGE_AND_SMALL_ALIAS = """
            profile HUGE
            1 create file=0
            2 allocate file=0 offset=0 length=1048576
            3 open window=0 file=0 block=0 blocks=1280 mode=1
            4 open window=1 file=0 block=3 blocks=2 mode=1
            5 store window=0 offset=0 length=8 variant=0
            6 store window=1 offset=16 length=8 variant=0
            7 fsync file=0
            8 store window=1 offset=80 length=8 variant=0
            9 fsync file=0
            10 store window=0 offset=128 length=8 variant=0
            11 fsync file=0
            12 crash image=0 seed=0
            """;

    /** A write of two bounce buffers meets a full volume in the second: it is short (I11). */
    private static final String SHORT_WRITE = """
            profile FULL
            1 create file=0
            2 create file=1
            3 write file=0 offset=0 length=100000
            4 open window=0 file=0 block=0 blocks=192 mode=0
            5 write file=1 offset=0 length=30000
            6 fill file=0 variant=12
            7 writeFrom file=1 offset=0 window=0 from=0 length=100000
            8 crash image=0 seed=0
            """;

    /** A collapse takes the last pages away, and the copies a private window made of them (M10, M11). */
    private static final String COLLAPSE_UNDER_PRIVATE_COPIES = """
            profile SMALL
            1 create file=0
            2 truncate file=0 offset=60000
            3 open window=0 file=0 block=0 blocks=24 mode=3
            4 store window=0 offset=57000 length=8 variant=0
            5 store window=0 offset=100 length=8 variant=0
            6 collapse file=0 block=1 blocks=8
            7 beyond window=0 offset=28330
            8 load window=0 offset=96 length=16 variant=0
            """;

    private ModelScripts() {}

    static List<ModelLog> all() {
        ModelOps table = new ModelOps();
        List<ModelLog> logs = new ArrayList<>();
        for (String script : List.of(
                HOLE_ENTRY_OVER_A_BLOCK,
                PUNCH_INSIDE_FSYNC,
                STORE_INSIDE_FSYNC,
                SYNC_FAULT,
                HUGE,
                HUGE_AND_SMALL_ALIAS,
                SHORT_WRITE,
                HUGE_PROTECTED,
                COLLAPSE_UNDER_PRIVATE_COPIES)) {
            logs.add(ModelLog.parse(script.lines().toList(), table));
        }
        return logs;
    }
}
