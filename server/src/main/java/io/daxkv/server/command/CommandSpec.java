package io.daxkv.server.command;

import java.util.Arrays;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;

/**
 * One row of the command table.
 *
 * @param name in lower case
 * @param arity arguments with the name; if negative, at least that many
 * @param flags what COMMAND tells clients
 * @param keys where the keys are
 * @param category ACL category and group, as in {@code string}
 * @param durability what its reply waits for
 * @param summary one sentence for people
 * @param body what it does
 */
public record CommandSpec(
        String name,
        int arity,
        Set<CommandFlag> flags,
        KeyRange keys,
        String category,
        DurabilityClass durability,
        String summary,
        Body body) {

    /** A command's one method. */
    @FunctionalInterface
    public interface Body {
        void run(CommandCall call);
    }

    /**
     * Where keys stand among the arguments; {@code first} 0 = there are none, a negative {@code last} counts from the
     * end.
     */
    public record KeyRange(int first, int last, int step) {
        static final KeyRange NONE = new KeyRange(0, 0, 0);
        static final KeyRange ONE = new KeyRange(1, 1, 1);
        static final KeyRange ALL = new KeyRange(1, -1, 1);
        static final KeyRange PAIRS = new KeyRange(1, -1, 2);

        /** Returns the index of the last key among {@code count} arguments, of which optional ones may be missing. */
        public int lastOf(int count) {
            return last < 0 ? count + last : Math.min(last, count - 1);
        }
    }

    /** Returns true if {@code count} arguments, the name among them, are a call of this command. */
    public boolean accepts(int count) {
        return arity >= 0 ? count == arity : count >= -arity;
    }

    public boolean writes() {
        return durability == DurabilityClass.WRITE;
    }

    /** Starts a row; {@link Row#body} ends it. */
    static Row row(String name, int arity) {
        return new Row(name, arity);
    }

    /** A row while it is written down. */
    static final class Row {
        private final String name;
        private final int arity;
        private final Set<CommandFlag> flags = EnumSet.noneOf(CommandFlag.class);
        private KeyRange keys = KeyRange.NONE;
        private DurabilityClass durability = DurabilityClass.FREE;
        private String category = "connection";

        private Row(String name, int arity) {
            this.name = name;
            this.arity = arity;
        }

        Row reads(KeyRange where) {
            keys = where;
            durability = DurabilityClass.READ;
            return flags(CommandFlag.READONLY);
        }

        Row writes(KeyRange where) {
            keys = where;
            durability = DurabilityClass.WRITE;
            return flags(CommandFlag.WRITE);
        }

        Row waits() {
            durability = DurabilityClass.WAIT;
            return flags(CommandFlag.BLOCKING);
        }

        Row in(String newCategory) {
            category = newCategory;
            return this;
        }

        Row flags(CommandFlag... more) {
            flags.addAll(Arrays.asList(more));
            return this;
        }

        CommandSpec body(String summary, Body body) {
            return new CommandSpec(
                    name, arity, Collections.unmodifiableSet(flags), keys, category, durability, summary, body);
        }
    }
}
