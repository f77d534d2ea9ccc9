package io.daxkv.storage.dax;

import java.time.Duration;
import java.util.Objects;
import java.util.function.LongSupplier;

/**
 * What the one who opens a volume may choose.
 *
 * @param pinAgeMax how long a {@link DaxPin} or {@link RawLease} can make a layout change of its range wait; from then
 *     on its blocks are only kept from the allocator. At least 0; long enough to be "for ever" is fine
 * @param nanoClock a clock that only moves on, in nanoseconds from anywhere: the age of pins is measured with it
 */
public record DaxVolumeOptions(Duration pinAgeMax, LongSupplier nanoClock) {
    /** A guess: far longer than a healthy client needs to take a value, short enough for a cleaner to wait. */
    public static final Duration PIN_AGE_MAX = Duration.ofSeconds(10);

    public DaxVolumeOptions {
        Objects.requireNonNull(nanoClock, "nanoClock");
        if (pinAgeMax.isNegative()) {
            throw new IllegalArgumentException("negative age: pinAgeMax=" + pinAgeMax);
        }
    }

    /** Pins hold layout changes up for {@link #PIN_AGE_MAX}, by the system's clock. */
    public DaxVolumeOptions() {
        this(PIN_AGE_MAX, System::nanoTime);
    }

    /** Returns the age cap in nanoseconds, the largest number if it has no such number. */
    long pinAgeMaxNanos() {
        return pinAgeMax.compareTo(Duration.ofNanos(Long.MAX_VALUE)) >= 0 ? Long.MAX_VALUE : pinAgeMax.toNanos();
    }
}
