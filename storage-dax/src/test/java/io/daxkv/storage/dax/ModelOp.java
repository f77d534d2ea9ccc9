package io.daxkv.storage.dax;

import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * One operation of a model run with all its numbers, so that a log without its neighbours still runs: what does not fit
 * the state it meets is clipped or does nothing.
 *
 * <pre>
 *   [skip] number kind key=value ...        # comment
 * </pre>
 */
record ModelOp(int number, Kind kind, List<Integer> values) {
    /** What an operation does; throws whatever shows that layer and model differ. */
    @FunctionalInterface
    interface Action {
        void run(ModelRun run, ModelOp op);
    }

    /** What the generator and the run must know of an operation. */
    enum Trait {
        /** Changes nothing a crash could catch half-way. */
        PASSIVE,
        /** May run at a sync point inside another operation. */
        INTERRUPTING,
        /** Passes sync points at which another operation may run. */
        INTERRUPTIBLE
    }

    /**
     * A row of the operation table.
     *
     * @param weight how often it is drawn, relative to the others
     */
    record Kind(String name, int weight, Set<Trait> traits, Action action, List<ModelArg> args) {
        static Kind of(String name, int weight, Action action, ModelArg... args) {
            return new Kind(name, weight, Set.of(), action, List.of(args));
        }

        Kind with(Trait... more) {
            return new Kind(name, weight, Set.of(more), action, args);
        }

        boolean changes() {
            return !traits.contains(Trait.PASSIVE);
        }

        boolean mayInterrupt() {
            return traits.contains(Trait.INTERRUPTING);
        }

        boolean isInterruptible() {
            return traits.contains(Trait.INTERRUPTIBLE);
        }
    }

    /** Reads a line of a log; returns null for one that says nothing or is to be skipped. */
    static ModelOp parse(String line, ModelOps table) {
        int comment = line.indexOf('#');
        String text = (comment < 0 ? line : line.substring(0, comment)).strip();
        if (text.isEmpty() || text.startsWith("skip ")) {
            return null;
        }
        String[] words = text.split("\\s+");
        Kind kind = table.named(words[1]);
        Integer[] values = new Integer[kind.args().size()];
        for (int i = 2; i < words.length; i++) {
            String[] pair = words[i].split("=");
            values[kind.args().indexOf(ModelArg.valueOf(pair[0].toUpperCase(Locale.ROOT)))] = Integer.valueOf(pair[1]);
        }
        return new ModelOp(Integer.parseInt(words[0]), kind, List.of(values));
    }

    int get(ModelArg arg) {
        return values.get(kind.args().indexOf(arg));
    }

    boolean has(ModelArg arg) {
        return kind.args().contains(arg);
    }

    /**
     * Returns what this operation puts at each of {@code length} bytes from {@code offset} on: its number, never 0, so
     * that a wrong byte names its writer, turned by the block, so that a block in the wrong place shows.
     */
    byte[] bytes(int offset, int length) {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            int turn = (offset + i >>> VolumeLayout.BLOCK_SHIFT) * 31 + ((offset + i & 7) == 0 ? 97 : 0);
            bytes[i] = (byte) (1 + (number + turn) % 255);
        }
        return bytes;
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder().append(number).append(' ').append(kind.name());
        for (int i = 0; i < values.size(); i++) {
            text.append(' ').append(kind.args().get(i).key()).append('=').append(values.get(i));
        }
        return text.toString();
    }
}
