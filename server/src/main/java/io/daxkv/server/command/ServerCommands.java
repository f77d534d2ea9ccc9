package io.daxkv.server.command;

import static io.daxkv.server.command.CommandFlag.ADMIN;
import static io.daxkv.server.command.CommandFlag.FAST;
import static io.daxkv.server.command.CommandFlag.LOADING;
import static io.daxkv.server.command.CommandFlag.STALE;
import static io.daxkv.server.command.CommandSpec.row;

import io.daxkv.storage.kv.ByteSlice;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** The server: what it is, how it is set, and its end. */
final class ServerCommands {
    private static final long CONFIG_STEP_MAX = 1_000_000;

    private ServerCommands() {}

    static List<CommandSpec> rows() {
        return List.of(
                row("info", -1).in("server").flags(LOADING, STALE).body("Shows the state.", ServerCommands::info),
                row("config", -2)
                        .in("server")
                        .flags(ADMIN, LOADING, STALE)
                        .body("Shows the configuration.", ServerCommands::config),
                row("command", -1)
                        .in("server")
                        .flags(LOADING, STALE)
                        .body("Shows the commands.", CommandIntrospection::command),
                row("time", 1).in("server").flags(FAST, LOADING, STALE).body("Returns the time.", ServerCommands::time),
                row("shutdown", -1)
                        .in("server")
                        .flags(ADMIN, LOADING, STALE)
                        .body("Commits, closes and exits.", ServerCommands::shutdown));
    }

    static void info(CommandCall call) {
        StringBuilder text = new StringBuilder();
        if (call.count() == 1) {
            text.append(call.server().info("all"));
        }
        for (int i = 1; i < call.count(); i++) {
            text.append(call.server().info(ErrorKind.echo(call.argument(i), 64).toLowerCase(Locale.ROOT)));
        }
        call.reply().bulk(text.toString());
    }

    static void config(CommandCall call) {
        ByteSlice name = call.argument(1);
        if (Words.equal(name, "get")) {
            needs(call.count() >= 3, "get");
            configGet(call);
        } else if (Words.equal(name, "set")) {
            needs(call.count() >= 4 && call.count() % 2 == 0, "set");
            throw configSetError(call);
        } else if (Words.equal(name, "resetstat")) {
            needs(call.count() == 2, "resetstat");
            call.server().resetStats();
            call.reply().ok();
        } else {
            throw ErrorKind.unknownSubcommand("CONFIG", name);
        }
    }

    private static void configGet(CommandCall call) {
        Map<String, String> found = new TreeMap<>();
        for (int i = 2; i < call.count(); i++) {
            String wanted = ErrorKind.echo(call.argument(i), 128).toLowerCase(Locale.ROOT);
            GlobPattern pattern = new GlobPattern(ByteSlice.of(wanted), CONFIG_STEP_MAX);
            call.server().config().forEach((key, value) -> {
                if (pattern.matches(ByteSlice.of(key))) {
                    found.put(key, value);
                }
            });
        }
        call.reply().array(found.size() * 2);
        found.forEach((key, value) -> {
            call.reply().bulk(key);
            call.reply().bulk(value);
        });
    }

    private static CommandFailure configSetError(CommandCall call) {
        String name = ErrorKind.echo(call.argument(2), 128);
        if (!call.server().config().containsKey(name.toLowerCase(Locale.ROOT))) {
            return new CommandFailure("ERR Unknown option or number of arguments for CONFIG SET - '" + name + "'");
        }
        return new CommandFailure(
                "ERR CONFIG SET failed (possibly related to argument '" + name + "') - can't set immutable config");
    }

    private static void needs(boolean isRight, String subcommand) {
        if (!isRight) {
            throw ErrorKind.wrongArity("config|" + subcommand);
        }
    }

    static void time(CommandCall call) {
        call.reply().array(2);
        call.reply().bulkNumber(call.nowMs() / 1000);
        call.reply().bulkNumber(call.nowMs() % 1000 * 1000);
    }

    static void shutdown(CommandCall call) {
        boolean aborts = false;
        for (int i = 1; i < call.count(); i++) {
            aborts |= call.is(i, "abort");
            boolean isKnown = call.is(i, "nosave") || call.is(i, "save") || call.is(i, "now") || call.is(i, "force");
            if (!isKnown && !call.is(i, "abort")) {
                throw ErrorKind.SYNTAX.failure();
            }
        }
        if (aborts) {
            throw (call.count() == 2 ? ErrorKind.NO_SHUTDOWN : ErrorKind.SYNTAX).failure();
        }
        call.server().shutdown();
        call.outcome().closeConnection();
    }
}
