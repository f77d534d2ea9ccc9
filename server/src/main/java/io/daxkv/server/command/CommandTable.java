package io.daxkv.server.command;

import io.daxkv.storage.kv.ByteSlice;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * All commands, and how a request finds its own: a hash of the name, without case and without making a string of it.
 * Immutable.
 */
public final class CommandTable {
    private static final int NO_COMMAND = -1;

    private final List<CommandSpec> rows;
    private final byte[][] names;
    private final int[] slots;

    CommandTable(List<CommandSpec> rows) {
        this.rows = List.copyOf(rows);
        this.names = new byte[rows.size()][];
        this.slots = new int[Integer.highestOneBit(rows.size()) * 4];
        Arrays.fill(slots, NO_COMMAND);
        for (int i = 0; i < rows.size(); i++) {
            names[i] = rows.get(i).name().getBytes(StandardCharsets.US_ASCII);
            insert(i);
        }
    }

    /** Returns the table with every command of this server. */
    public static CommandTable standard() {
        List<CommandSpec> rows = new ArrayList<>();
        rows.addAll(ConnectionCommands.rows());
        rows.addAll(StringCommands.rows());
        rows.addAll(CounterCommands.rows());
        rows.addAll(KeyCommands.rows());
        rows.addAll(ExpiryCommands.rows());
        rows.addAll(ServerCommands.rows());
        rows.addAll(DaxCommands.rows());
        return new CommandTable(rows);
    }

    /** Returns the rows; a command's index is its place here. */
    public List<CommandSpec> rows() {
        return rows;
    }

    public CommandSpec row(int index) {
        return rows.get(index);
    }

    /** Returns the index of the command called {@code name}, in any case, or -1. */
    public int find(ByteSlice name) {
        int slot = hash(name) & slots.length - 1;
        while (slots[slot] != NO_COMMAND) {
            if (Words.equal(name, names[slots[slot]])) {
                return slots[slot];
            }
            slot = slot + 1 & slots.length - 1;
        }
        return NO_COMMAND;
    }

    private void insert(int index) {
        int slot = hash(ByteSlice.of(names[index])) & slots.length - 1;
        while (slots[slot] != NO_COMMAND) {
            slot = slot + 1 & slots.length - 1;
        }
        slots[slot] = index;
    }

    private static int hash(ByteSlice name) {
        int hash = name.length();
        for (int i = 0; i < Math.min(name.length(), 16); i++) {
            hash = hash * 31 + Words.lower(name.at(i));
        }
        return hash ^ hash >>> 7;
    }
}
