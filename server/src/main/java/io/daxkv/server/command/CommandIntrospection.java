package io.daxkv.server.command;

import io.daxkv.server.command.CommandSpec.KeyRange;
import io.daxkv.server.resp.RespEncoder;
import io.daxkv.storage.kv.ByteSlice;
import java.util.ArrayList;
import java.util.List;

/** COMMAND and its subcommands: the table as clients read it. */
final class CommandIntrospection {
    private CommandIntrospection() {}

    static void command(CommandCall call) {
        if (call.count() == 1) {
            infoAll(call);
            return;
        }
        ByteSlice name = call.argument(1);
        if (Words.equal(name, "count")) {
            needs(call.count() == 2, "count");
            call.reply().integer(call.server().table().rows().size());
        } else if (Words.equal(name, "info")) {
            info(call);
        } else if (Words.equal(name, "docs")) {
            docs(call);
        } else if (Words.equal(name, "list")) {
            needs(call.count() == 2, "list");
            list(call);
        } else if (Words.equal(name, "getkeys")) {
            needs(call.count() > 2, "getkeys");
            getKeys(call);
        } else {
            throw ErrorKind.unknownSubcommand("COMMAND", name);
        }
    }

    private static void needs(boolean isRight, String subcommand) {
        if (!isRight) {
            throw ErrorKind.wrongArity("command|" + subcommand);
        }
    }

    private static void infoAll(CommandCall call) {
        List<CommandSpec> rows = call.server().table().rows();
        call.reply().array(rows.size());
        for (CommandSpec row : rows) {
            describe(call.reply(), row);
        }
    }

    private static void info(CommandCall call) {
        if (call.count() == 2) {
            infoAll(call);
            return;
        }
        call.reply().array(call.count() - 2);
        for (int i = 2; i < call.count(); i++) {
            int index = call.server().table().find(call.argument(i));
            if (index < 0) {
                call.reply().nil();
            } else {
                describe(call.reply(), call.server().table().row(index));
            }
        }
    }

    private static void describe(RespEncoder reply, CommandSpec row) {
        reply.array(10);
        reply.bulk(row.name());
        reply.integer(row.arity());
        reply.array(row.flags().size());
        for (CommandFlag flag : row.flags()) {
            reply.simple(flag.wireName());
        }
        reply.integer(row.keys().first());
        reply.integer(row.keys().last());
        reply.integer(row.keys().step());
        List<String> categories = categories(row);
        reply.array(categories.size());
        categories.forEach(reply::simple);
        // Hints, key specifications, subcommands.
        reply.array(0);
        reply.array(0);
        reply.array(0);
    }

    private static List<String> categories(CommandSpec row) {
        List<String> categories = new ArrayList<>();
        categories.add("@" + row.category());
        if (row.flags().contains(CommandFlag.READONLY)) {
            categories.add("@read");
        }
        if (row.writes()) {
            categories.add("@write");
        }
        categories.add(row.flags().contains(CommandFlag.FAST) ? "@fast" : "@slow");
        if (row.flags().contains(CommandFlag.ADMIN)) {
            categories.add("@admin");
        }
        return categories;
    }

    private static void docs(CommandCall call) {
        List<CommandSpec> wanted = new ArrayList<>();
        for (int i = 2; i < call.count(); i++) {
            int index = call.server().table().find(call.argument(i));
            if (index >= 0) {
                wanted.add(call.server().table().row(index));
            }
        }
        List<CommandSpec> rows = call.count() == 2 ? call.server().table().rows() : wanted;
        call.reply().array(rows.size() * 2);
        for (CommandSpec row : rows) {
            call.reply().bulk(row.name());
            call.reply().array(4);
            call.reply().bulk("summary");
            call.reply().bulk(row.summary());
            call.reply().bulk("group");
            call.reply().bulk(row.category());
        }
    }

    private static void list(CommandCall call) {
        List<CommandSpec> rows = call.server().table().rows();
        call.reply().array(rows.size());
        for (CommandSpec row : rows) {
            call.reply().bulk(row.name());
        }
    }

    private static void getKeys(CommandCall call) {
        int index = call.server().table().find(call.argument(2));
        if (index < 0) {
            throw ErrorKind.INVALID_COMMAND.failure();
        }
        CommandSpec row = call.server().table().row(index);
        KeyRange keys = row.keys();
        int count = call.count() - 2;
        if (keys.first() == 0) {
            throw ErrorKind.NO_KEYS.failure();
        }
        if (!row.accepts(count)) {
            throw ErrorKind.INVALID_COMMAND_ARITY.failure();
        }
        int last = keys.lastOf(count);
        call.reply().array((last - keys.first()) / keys.step() + 1);
        for (int i = keys.first(); i <= last; i += keys.step()) {
            call.reply().bulk(call.argument(i + 2));
        }
    }
}
