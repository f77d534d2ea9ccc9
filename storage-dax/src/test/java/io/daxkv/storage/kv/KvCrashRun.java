package io.daxkv.storage.kv;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.daxkv.storage.pmem.PersistGranularity;
import io.daxkv.storage.testkit.PmemEvent;
import io.daxkv.storage.testkit.RecordingPmem;
import io.daxkv.storage.testkit.Seed;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * One random workload and many crashes of it: before drains and at acknowledgements, each image recovered and compared
 * with the model; from some of them the workload goes on and crashes again.
 *
 * <p>Not covered: crashes inside the DAX layer's own changes beyond what its drains show, which its own tests explore.
 */
final class KvCrashRun {
    private static final int STEPS = 60;
    private static final int STEPS_AFTER = 20;
    private static final int KEY_COUNT = 12;
    private static final int VALUE_SIZE_MAX = 3500;

    /** Room for a few segments, so that the cleaner is part of what crashes. */
    private static final long LOG_SIZE = 40 * 1024;

    private final RandomGenerator random;
    private final PersistGranularity granularity;
    private final LogProtocol protocol;
    private int imageCount;

    /** What a crash left, and what it may show. */
    private record Image(RecordingPmem pmem, KvHistory issued, long acknowledgedLsn, long nowMs, String at) {}

    KvCrashRun(Seed seed, PersistGranularity granularity, LogProtocol protocol) {
        random = seed.random();
        this.granularity = granularity;
        this.protocol = protocol;
    }

    int imageCount() {
        return imageCount;
    }

    void run() {
        StoreFixture fixture = StoreFixture.small(granularity, protocol)
                .withoutLint()
                .tight(LOG_SIZE)
                .open();
        List<Image> images = crashes(fixture, new KvHistory(), STEPS, 6);
        fixture.abandon();
        for (Image image : images) {
            check(image, 1);
        }
    }

    /** Works and returns images of crashes on the way, one in {@code spacing} of the instants worth crashing at. */
    private List<Image> crashes(StoreFixture fixture, KvHistory history, int steps, int spacing) {
        List<Image> images = new ArrayList<>();
        KvWorkload workload = new KvWorkload(fixture, random, history, KEY_COUNT, VALUE_SIZE_MAX);
        RecordingPmem pmem = fixture.pmem;
        pmem.onEvent(event -> {
            if (event.kind() == PmemEvent.Kind.DRAINING && random.nextInt(spacing) == 0) {
                images.add(crash(fixture, workload, "drain"));
            }
        });
        for (int i = 0; i < steps; i++) {
            workload.step();
            if (random.nextInt(spacing) == 0) {
                images.add(crash(fixture, workload, "acknowledgement"));
            }
        }
        pmem.onEvent(null);
        return images;
    }

    private Image crash(StoreFixture fixture, KvWorkload workload, String at) {
        RecordingPmem image = switch (random.nextInt(4)) {
            case 0 -> fixture.pmem.crashKeepingNothing();
            case 1 -> fixture.pmem.crashKeepingEverything();
            default -> fixture.pmem.crash(random);
        };
        KvHistory issued = workload.history();
        // The store may know of more than the workload: sealing a segment commits on the way.
        long acknowledgedLsn = Math.max(workload.acknowledgedLsn(), fixture.store.durableLsn());
        return new Image(image, issued.prefix(issued.size()), acknowledgedLsn, fixture.clock.nowMs(), at);
    }

    private void check(Image image, int depth) {
        imageCount++;
        StoreFixture fixture = StoreFixture.small(granularity, protocol).withoutLint();
        // Not earlier: the order in which a cut-short expiry buried its keys is not the model's.
        fixture.clock.set(image.nowMs);
        KvHistory survived;
        try {
            fixture.reopen(image.pmem);
            if (protocol.getClass() == LogProtocol.class) {
                fixture.pmem.assertAllDurable("recovery");
            }
            long lsn = fixture.store.appendedLsn();
            String what = "crash at " + image.at + ": recovered LSN " + lsn + ", acknowledged " + image.acknowledgedLsn
                    + ", issued " + image.issued.size();
            assertTrue(lsn >= image.acknowledgedLsn, what);
            assertTrue(lsn <= image.issued.size(), what);
            assertFalse(image.issued.splitsFrame(lsn), what + ", inside a frame");
            survived = image.issued.prefix(lsn);
            KvWorkload.check(fixture, survived);
        } catch (KvException e) {
            throw new AssertionError("recovery failed: " + e, e);
        }
        // Only from a state the model knows in full.
        boolean isKnown = !image.issued.splitsExpiry(survived.size());
        if (isKnown && depth > 0 && random.nextInt(3) == 0) {
            List<Image> images = crashes(fixture, survived, STEPS_AFTER, 12);
            for (Image again : images) {
                check(again, depth - 1);
            }
        }
        fixture.abandon();
    }
}
