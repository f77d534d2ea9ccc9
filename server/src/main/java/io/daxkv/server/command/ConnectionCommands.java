package io.daxkv.server.command;

import static io.daxkv.server.command.CommandFlag.FAST;
import static io.daxkv.server.command.CommandFlag.LOADING;
import static io.daxkv.server.command.CommandFlag.STALE;
import static io.daxkv.server.command.CommandSpec.row;

import io.daxkv.storage.kv.ByteSlice;
import java.util.List;
import java.util.Locale;

/** The connection itself: who it is and how it speaks. */
final class ConnectionCommands {
    private static final int PROTOCOL = 2;

    private ConnectionCommands() {}

    static List<CommandSpec> rows() {
        return List.of(
                row("ping", -1).flags(FAST).body("Answers PONG, or its argument.", ConnectionCommands::ping),
                row("echo", 2).flags(FAST).body("Answers its argument.", ConnectionCommands::echo),
                row("hello", -1)
                        .flags(FAST, LOADING, STALE)
                        .body("Agrees on the protocol and says who answers.", ConnectionCommands::hello),
                row("quit", -1).flags(FAST).body("Closes the connection.", ConnectionCommands::quit),
                row("reset", 1).flags(FAST).body("Resets the connection.", ConnectionCommands::reset),
                row("select", 2).flags(FAST).body("Chooses database 0, the only one.", ConnectionCommands::select),
                row("client", -2)
                        .flags(LOADING, STALE)
                        .body("Names and shows connections.", ConnectionCommands::client));
    }

    static void ping(CommandCall call) {
        if (call.count() > 2) {
            throw ErrorKind.wrongArity("ping");
        }
        if (call.count() == 2) {
            call.reply().bulk(call.argument(1));
        } else {
            call.reply().simple("PONG");
        }
    }

    static void echo(CommandCall call) {
        call.reply().bulk(call.argument(1));
    }

    static void hello(CommandCall call) {
        int next = 1;
        if (call.count() > 1) {
            if (!Numbers.isInteger(call.argument(1))) {
                throw ErrorKind.PROTOCOL_VERSION.failure();
            }
            if (call.integer(1) != PROTOCOL) {
                throw ErrorKind.NO_PROTO.failure();
            }
            next = 2;
        }
        for (; next < call.count(); next++) {
            if (call.is(next, "setname") && next + 1 < call.count()) {
                setName(call, call.argument(++next));
            } else if (call.is(next, "auth") && next + 2 < call.count()) {
                // No password can be right where none is set; to let any pass would feel like protection.
                throw ErrorKind.NO_PASSWORD.failure();
            } else {
                throw new CommandFailure(
                        "ERR Syntax error in HELLO option '" + ErrorKind.echo(call.argument(next), 128) + "'");
            }
        }
        describe(call);
    }

    private static void describe(CommandCall call) {
        call.reply().array(14);
        call.reply().bulk("server");
        call.reply().bulk("daxkv");
        call.reply().bulk("version");
        call.reply().bulk(call.server().version());
        call.reply().bulk("proto");
        call.reply().integer(PROTOCOL);
        call.reply().bulk("id");
        call.reply().integer(call.session().id());
        call.reply().bulk("mode");
        call.reply().bulk("standalone");
        call.reply().bulk("role");
        call.reply().bulk("master");
        call.reply().bulk("modules");
        call.reply().array(0);
    }

    static void quit(CommandCall call) {
        call.reply().ok();
        call.outcome().closeConnection();
    }

    static void reset(CommandCall call) {
        call.session().reset();
        call.reply().simple("RESET");
    }

    static void select(CommandCall call) {
        if (call.integer(1) != 0) {
            throw ErrorKind.DB_INDEX.failure();
        }
        call.reply().ok();
    }

    static void client(CommandCall call) {
        ByteSlice name = call.argument(1);
        int count = call.count();
        if (Words.equal(name, "id")) {
            needs(count == 2, "id");
            call.reply().integer(call.session().id());
        } else if (Words.equal(name, "getname")) {
            needs(count == 2, "getname");
            getName(call);
        } else if (Words.equal(name, "setname")) {
            needs(count == 3, "setname");
            setName(call, call.argument(2));
            call.reply().ok();
        } else if (Words.equal(name, "setinfo")) {
            needs(count == 4, "setinfo");
            setInfo(call);
        } else if (Words.equal(name, "info")) {
            needs(count == 2, "info");
            call.reply().bulk(call.session().describe(call.nowMs()) + "\n");
        } else if (Words.equal(name, "list")) {
            call.reply().bulk(call.server().clientList());
        } else if (Words.equal(name, "no-evict") || Words.equal(name, "no-touch")) {
            needs(count == 3, ErrorKind.echo(name, 16).toLowerCase(Locale.ROOT));
            call.reply().ok();
        } else {
            throw ErrorKind.unknownSubcommand("CLIENT", name);
        }
    }

    private static void needs(boolean isRight, String subcommand) {
        if (!isRight) {
            throw ErrorKind.wrongArity("client|" + subcommand);
        }
    }

    private static void getName(CommandCall call) {
        if (call.session().name().isEmpty()) {
            call.reply().nil();
        } else {
            call.reply().bulk(call.session().name());
        }
    }

    private static void setName(CommandCall call, ByteSlice name) {
        call.session().name(printable(name, ErrorKind.CLIENT_NAME.text()));
    }

    private static void setInfo(CommandCall call) {
        if (call.is(2, "lib-name")) {
            call.session().libraryName(printable(call.argument(3), attributeError("lib-name")));
        } else if (call.is(2, "lib-ver")) {
            call.session().libraryVersion(printable(call.argument(3), attributeError("lib-ver")));
        } else {
            throw new CommandFailure("ERR Unrecognized option '" + ErrorKind.echo(call.argument(2), 128) + "'");
        }
        call.reply().ok();
    }

    private static String attributeError(String name) {
        return "ERR " + name + " cannot contain spaces, newlines or special characters.";
    }

    private static String printable(ByteSlice text, String error) {
        for (int i = 0; i < text.length(); i++) {
            if (text.at(i) < '!' || text.at(i) > '~') {
                throw new CommandFailure(error);
            }
        }
        return text.toString();
    }
}
