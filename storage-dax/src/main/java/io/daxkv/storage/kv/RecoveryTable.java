package io.daxkv.storage.kv;

/**
 * What recovery does with a run of units, by what it finds there. Exactly one row fits each state; the names say how
 * the state came about.
 */
enum RecoveryTable {
    /** A crash between taking the space and the durable header; nothing can have been stored behind it. */
    INTERRUPTED_ACTIVATION(Action.FREE) {
        @Override
        boolean fits(State state) {
            return state.seal == Seal.NO_HEADER && state.content == Content.EMPTY;
        }
    },
    /** Records without a header: the header was durable before them, so it decayed. */
    LOST_HEADER(Action.REFUSE) {
        @Override
        boolean fits(State state) {
            return state.seal == Seal.NO_HEADER && state.content != Content.EMPTY;
        }
    },
    /** A crash while a segment became a hole. */
    INTERRUPTED_FREE(Action.FREE) {
        @Override
        boolean fits(State state) {
            return state.seal == Seal.FREED;
        }
    },
    /** A crash inside the store of the newest header: all of it arrived but its last word, which holds old bytes. */
    HEADER_WITHOUT_SEAL(Action.FREE) {
        @Override
        boolean fits(State state) {
            return state.seal == Seal.BROKEN && state.isNewest && state.content == Content.EMPTY;
        }
    },
    /** A seal never tears, so it decayed. */
    BROKEN_SEAL(Action.REFUSE) {
        @Override
        boolean fits(State state) {
            return state.seal == Seal.BROKEN && !(state.isNewest && state.content == Content.EMPTY);
        }
    },
    SEALED(Action.KEEP) {
        @Override
        boolean fits(State state) {
            return state.seal == Seal.SEALED && state.content == Content.COMPLETE;
        }
    },
    /** Durable to its tail before it was sealed, so what does not verify decayed. */
    SEALED_AND_DAMAGED(Action.REFUSE) {
        @Override
        boolean fits(State state) {
            return state.seal == Seal.SEALED && state.content != Content.COMPLETE;
        }
    },
    /** The segment that was being appended to; what follows its last valid record was never acknowledged. */
    TAIL(Action.SEAL) {
        @Override
        boolean fits(State state) {
            return state.seal == Seal.OPEN && state.isHot && state.isNewest;
        }
    },
    /** A segment is sealed before the next one begins. */
    LEFT_OPEN(Action.REFUSE) {
        @Override
        boolean fits(State state) {
            return state.seal == Seal.OPEN && state.isHot && !state.isNewest;
        }
    },
    /** A crash while survivors were copied; their sources are all still there. */
    INTERRUPTED_CLEANING(Action.FREE) {
        @Override
        boolean fits(State state) {
            return state.seal == Seal.OPEN && !state.isHot;
        }
    };

    /** What a header says about its segment. */
    enum Seal {
        NO_HEADER,
        OPEN,
        SEALED,
        FREED,
        BROKEN
    }

    /** What the records behind a header look like. */
    enum Content {
        /** Not even the first record is valid, and the seal does not say that this is all. */
        EMPTY,
        /** Valid records, then something else before the sealed tail; of an open segment, any number of records. */
        PARTIAL,
        /** Valid records up to the sealed tail. */
        COMPLETE
    }

    enum Action {
        KEEP,
        /** Index it, seal it where its valid records end, append to another. */
        SEAL,
        FREE,
        REFUSE
    }

    /**
     * What recovery sees.
     *
     * @param isHot the header's stream; anything without a header
     * @param isNewest no header of its stream has a higher generation
     */
    record State(Seal seal, boolean isHot, boolean isNewest, Content content) {}

    private final Action action;

    RecoveryTable(Action action) {
        this.action = action;
    }

    abstract boolean fits(State state);

    Action action() {
        return action;
    }

    static RecoveryTable of(State state) {
        for (RecoveryTable row : values()) {
            if (row.fits(state)) {
                return row;
            }
        }
        throw new IllegalStateException("no row fits: " + state);
    }
}
