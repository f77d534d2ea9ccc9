package io.daxkv.server.command;

import static io.daxkv.server.command.CommandFlag.FAST;
import static io.daxkv.server.command.CommandSpec.row;

import io.daxkv.server.command.CommandSpec.KeyRange;
import io.daxkv.server.resp.DeferredArray;
import io.daxkv.storage.kv.ByteSlice;
import io.daxkv.storage.kv.ScanSink;
import java.util.List;

/** Keys, whatever they hold. Answers about many keys wait for everything appended, since they may reveal all of it. */
final class KeyCommands {
    private static final int SCAN_COUNT = 10;
    private static final int SCAN_COUNT_MAX = 10_000;
    private static final int KEYS_COUNT = 1024;

    /** Steps one KEYS or SCAN may take to match: a few seconds of a hostile pattern at most, never minutes. */
    private static final long MATCH_STEP_MAX = 100_000_000;

    private static final int RANDOM_TRIES = 100;
    private static final int EMBEDDED_SIZE_MAX = 44;

    private KeyCommands() {}

    static List<CommandSpec> rows() {
        return List.of(
                row("del", -2).in("keyspace").writes(KeyRange.ALL).body("Deletes keys.", KeyCommands::del),
                row("unlink", -2)
                        .in("keyspace")
                        .writes(KeyRange.ALL)
                        .flags(FAST)
                        .body("Deletes keys.", KeyCommands::unlink),
                row("exists", -2)
                        .in("keyspace")
                        .reads(KeyRange.ALL)
                        .flags(FAST)
                        .body("Counts the keys that exist.", KeyCommands::exists),
                row("type", 2)
                        .in("keyspace")
                        .reads(KeyRange.ONE)
                        .flags(FAST)
                        .body("Returns what a key holds.", KeyCommands::type),
                row("object", -2)
                        .in("keyspace")
                        .reads(new KeyRange(2, 2, 1))
                        .body("Returns the encoding of a value.", KeyCommands::object),
                row("keys", 2)
                        .in("keyspace")
                        .reads(KeyRange.NONE)
                        .body("Returns all keys that match a pattern.", KeyCommands::keys),
                row("scan", -2)
                        .in("keyspace")
                        .reads(KeyRange.NONE)
                        .body("Returns some keys and where to go on.", KeyCommands::scan),
                row("dbsize", 1)
                        .in("keyspace")
                        .reads(KeyRange.NONE)
                        .flags(FAST)
                        .body("Counts all keys.", KeyCommands::dbSize),
                row("randomkey", 1)
                        .in("keyspace")
                        .reads(KeyRange.NONE)
                        .body("Returns one key, picked at random.", KeyCommands::randomKey),
                row("flushall", -1)
                        .in("keyspace")
                        .writes(KeyRange.NONE)
                        .body("Deletes all keys.", KeyCommands::flushAll),
                row("flushdb", -1)
                        .in("keyspace")
                        .writes(KeyRange.NONE)
                        .body("Deletes all keys.", KeyCommands::flushDb));
    }

    static void del(CommandCall call) {
        int count = 0;
        for (int i = 1; i < call.count(); i++) {
            count += call.delete(call.argument(i)) ? 1 : 0;
        }
        call.reply().integer(count);
    }

    static void unlink(CommandCall call) {
        del(call);
    }

    static void exists(CommandCall call) {
        int count = 0;
        for (int i = 1; i < call.count(); i++) {
            count += call.find(call.argument(i)) ? 1 : 0;
        }
        call.reply().integer(count);
    }

    static void type(CommandCall call) {
        call.reply().simple(call.find(call.argument(1)) ? "string" : "none");
    }

    static void object(CommandCall call) {
        if (!call.is(1, "encoding")) {
            throw ErrorKind.unknownSubcommand("OBJECT", call.argument(1));
        }
        if (call.count() != 3) {
            throw ErrorKind.wrongArity("object|encoding");
        }
        if (!call.read(call.argument(2))) {
            call.reply().nil();
        } else if (Numbers.isInteger(call.valueSlice())) {
            call.reply().bulk("int");
        } else {
            call.reply().bulk(call.value().length() <= EMBEDDED_SIZE_MAX ? "embstr" : "raw");
        }
    }

    static void keys(CommandCall call) {
        GlobPattern pattern = pattern(call, 1);
        try (DeferredArray found = new DeferredArray(call.reply())) {
            ScanSink sink = key -> add(call, pattern, key, found);
            long cursor = 0;
            do {
                cursor = call.store().scan(cursor, KEYS_COUNT, sink);
            } while (cursor != 0 && !call.reply().isOverflowing());
            found.finish();
        }
        call.dependOn(call.store().appendedLsn());
    }

    static void scan(CommandCall call) {
        long cursor = cursor(call.argument(1));
        GlobPattern pattern = null;
        int count = SCAN_COUNT;
        boolean isTypeKnown = true;
        for (int i = 2; i < call.count(); i += 2) {
            if (i + 1 == call.count()) {
                throw ErrorKind.SYNTAX.failure();
            } else if (call.is(i, "match")) {
                pattern = pattern(call, i + 1);
            } else if (call.is(i, "count")) {
                count = scanCount(call.integer(i + 1));
            } else if (call.is(i, "type")) {
                isTypeKnown = call.is(i + 1, "string");
            } else {
                throw ErrorKind.SYNTAX.failure();
            }
        }
        scan(call, cursor, count, pattern == null ? new GlobPattern(ByteSlice.of("*"), 1) : pattern, isTypeKnown);
    }

    private static void scan(CommandCall call, long cursor, int count, GlobPattern pattern, boolean isTypeKnown) {
        call.reply().array(2);
        try (DeferredArray found = new DeferredArray(call.reply())) {
            long next = call.store().scan(cursor, count, key -> {
                if (isTypeKnown) {
                    add(call, pattern, key, found);
                }
            });
            found.finish(Long.toUnsignedString(next));
        }
        call.dependOn(call.store().appendedLsn());
    }

    private static void add(CommandCall call, GlobPattern pattern, ByteSlice key, DeferredArray found) {
        if (pattern.matches(key) && call.isLive(key)) {
            call.reply().bulk(key);
            found.element();
        }
    }

    static void dbSize(CommandCall call) {
        call.reply().integer(call.store().keyCount());
        call.dependOn(call.store().appendedLsn());
    }

    static void randomKey(CommandCall call) {
        boolean isDone = false;
        for (int i = 0; i < RANDOM_TRIES && !isDone; i++) {
            ByteSlice[] picked = new ByteSlice[1];
            // The store's slice ends with the call, and whether the key is alive is asked after it.
            if (!call.store().randomKey(call.random(), key -> picked[0] = ByteSlice.of(key.toBytes()))) {
                break;
            }
            if (call.isLive(picked[0])) {
                call.reply().bulk(picked[0]);
                isDone = true;
            }
        }
        if (!isDone) {
            call.reply().nil();
        }
        call.dependOn(call.store().appendedLsn());
    }

    static void flushAll(CommandCall call) {
        if (call.count() > 2 || (call.count() == 2 && !call.is(1, "sync") && !call.is(1, "async"))) {
            throw ErrorKind.SYNTAX.failure();
        }
        call.clear();
        call.reply().ok();
    }

    static void flushDb(CommandCall call) {
        flushAll(call);
    }

    private static GlobPattern pattern(CommandCall call, int index) {
        if (call.argument(index).length() > call.server().limits().patternSizeMax()) {
            throw ErrorKind.PATTERN_TOO_LONG.failure();
        }
        return new GlobPattern(call.argument(index), MATCH_STEP_MAX);
    }

    private static int scanCount(long count) {
        if (count < 1) {
            throw ErrorKind.SYNTAX.failure();
        }
        return (int) Math.min(count, SCAN_COUNT_MAX);
    }

    private static long cursor(ByteSlice text) {
        try {
            return Long.parseUnsignedLong(text.toString());
        } catch (NumberFormatException e) {
            throw ErrorKind.INVALID_CURSOR.failure();
        }
    }
}
