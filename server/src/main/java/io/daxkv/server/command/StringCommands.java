package io.daxkv.server.command;

import static io.daxkv.server.command.CommandFlag.DENYOOM;
import static io.daxkv.server.command.CommandFlag.FAST;
import static io.daxkv.server.command.CommandSpec.row;

import io.daxkv.server.command.CommandSpec.KeyRange;
import io.daxkv.storage.kv.ByteSlice;
import java.util.Arrays;
import java.util.List;

/** Strings: read, replaced, and changed in part. */
final class StringCommands {
    private StringCommands() {}

    static List<CommandSpec> rows() {
        return List.of(
                reader("get", 2).flags(FAST).body("Returns the value of a key.", StringCommands::get),
                writer("set", -3).body("Sets a key, with conditions and a deadline if asked.", StringCommands::set),
                writer("setnx", 3).flags(FAST).body("Sets a key if it is absent.", StringCommands::setNx),
                writer("setex", 4).body("Sets a key that lives for seconds.", StringCommands::setEx),
                writer("psetex", 4).body("Sets a key that lives for milliseconds.", StringCommands::pSetEx),
                writer("getset", 3).flags(FAST).body("Sets a key and returns its old value.", StringCommands::getSet),
                remover("getdel", 2).body("Returns the value of a key and deletes it.", StringCommands::getDel),
                remover("getex", -2)
                        .body("Returns the value of a key and changes its deadline.", StringCommands::getEx),
                row("mget", -2)
                        .in("string")
                        .reads(KeyRange.ALL)
                        .flags(FAST)
                        .body("Returns the values of keys.", StringCommands::mGet),
                row("mset", -3)
                        .in("string")
                        .writes(KeyRange.PAIRS)
                        .flags(DENYOOM)
                        .body("Sets keys, all or none after a crash.", StringCommands::mSet),
                row("msetnx", -3)
                        .in("string")
                        .writes(KeyRange.PAIRS)
                        .flags(DENYOOM)
                        .body("Sets keys if all of them are absent.", StringCommands::mSetNx),
                writer("append", 3).flags(FAST).body("Appends to a value.", StringCommands::append),
                reader("strlen", 2).flags(FAST).body("Returns the size of a value.", StringCommands::strLen),
                reader("getrange", 4).body("Returns a part of a value.", StringCommands::getRange),
                reader("substr", 4)
                        .body("Returns a part of a value; the old name of GETRANGE.", StringCommands::subStr),
                writer("setrange", 4).body("Overwrites a part of a value.", StringCommands::setRange));
    }

    private static CommandSpec.Row reader(String name, int arity) {
        return row(name, arity).in("string").reads(KeyRange.ONE);
    }

    private static CommandSpec.Row writer(String name, int arity) {
        return row(name, arity).in("string").writes(KeyRange.ONE).flags(DENYOOM);
    }

    private static CommandSpec.Row remover(String name, int arity) {
        return row(name, arity).in("string").writes(KeyRange.ONE).flags(FAST);
    }

    static void get(CommandCall call) {
        replyValueOrNil(call, call.read(call.argument(1)));
    }

    static void set(CommandCall call) {
        if (call.count() == 3) {
            call.put(call.argument(1), call.argument(2), 0);
            call.reply().ok();
            return;
        }
        SetOptions options = SetOptions.parse(call);
        boolean isThere = false;
        long keptDeadlineMs = 0;
        if (options.needsOldValue()) {
            isThere = options.returnsOld() ? call.readToWrite(call.argument(1)) : call.findToWrite(call.argument(1));
            keptDeadlineMs = call.value().deadlineMs();
        }
        if (options.returnsOld()) {
            replyValueOrNil(call, isThere);
        }
        if (!options.allows(isThere)) {
            if (!options.returnsOld()) {
                call.reply().nil();
            }
            return;
        }
        call.put(call.argument(1), call.argument(2), options.keepsDeadline() ? keptDeadlineMs : options.deadlineMs());
        if (!options.returnsOld()) {
            call.reply().ok();
        }
    }

    static void setNx(CommandCall call) {
        boolean isThere = call.findToWrite(call.argument(1));
        if (!isThere) {
            call.put(call.argument(1), call.argument(2), 0);
        }
        call.reply().integer(isThere ? 0 : 1);
    }

    static void setEx(CommandCall call) {
        setUntil(call, Deadlines.ofPositive(call, 2, Deadlines.Unit.SECONDS));
    }

    static void pSetEx(CommandCall call) {
        setUntil(call, Deadlines.ofPositive(call, 2, Deadlines.Unit.MILLISECONDS));
    }

    private static void setUntil(CommandCall call, long deadlineMs) {
        call.put(call.argument(1), call.argument(3), deadlineMs);
        call.reply().ok();
    }

    static void getSet(CommandCall call) {
        replyValueOrNil(call, call.readToWrite(call.argument(1)));
        call.put(call.argument(1), call.argument(2), 0);
    }

    static void getDel(CommandCall call) {
        boolean isThere = call.readToWrite(call.argument(1));
        replyValueOrNil(call, isThere);
        if (isThere) {
            call.delete(call.argument(1));
        }
    }

    static void getEx(CommandCall call) {
        SetOptions options = SetOptions.parseGetEx(call);
        if (!options.changesDeadline()) {
            replyValueOrNil(call, call.read(call.argument(1)));
            return;
        }
        boolean isThere = call.readToWrite(call.argument(1));
        replyValueOrNil(call, isThere);
        if (!isThere) {
            return;
        }
        long deadlineMs = options.deadlineMs();
        if (deadlineMs != 0 && deadlineMs <= call.nowMs()) {
            call.delete(call.argument(1));
        } else if (deadlineMs != call.value().deadlineMs()) {
            call.put(call.argument(1), call.valueSlice(), deadlineMs);
        }
    }

    static void mGet(CommandCall call) {
        call.reply().array(call.count() - 1);
        // Several keys at one instant: a frame becomes visible key by key, and no client may see half an MSET.
        boolean isOneKey = call.count() == 2;
        for (int i = 1; i < call.count() && !call.reply().isOverflowing(); i++) {
            ByteSlice key = call.argument(i);
            replyValueOrNil(call, isOneKey ? call.read(key) : call.readToWrite(key));
        }
    }

    static void mSet(CommandCall call) {
        checkPairs(call);
        putPairs(call);
        call.reply().ok();
    }

    static void mSetNx(CommandCall call) {
        checkPairs(call);
        for (int i = 1; i < call.count(); i += 2) {
            if (call.findToWrite(call.argument(i))) {
                call.reply().integer(0);
                return;
            }
        }
        putPairs(call);
        call.reply().integer(1);
    }

    private static void checkPairs(CommandCall call) {
        if (call.count() % 2 == 0) {
            throw ErrorKind.wrongArity(call.spec().name());
        }
    }

    private static void putPairs(CommandCall call) {
        if (call.count() == 3) {
            call.put(call.argument(1), call.argument(2), 0);
            return;
        }
        call.beginFrame();
        for (int i = 1; i < call.count(); i += 2) {
            call.put(call.argument(i), call.argument(i + 1), 0);
        }
        call.endFrame();
    }

    static void append(CommandCall call) {
        ByteSlice tail = call.argument(2);
        boolean isThere = call.readToWrite(call.argument(1));
        int oldSize = isThere ? call.value().length() : 0;
        if (isThere && tail.length() == 0) {
            call.reply().integer(oldSize);
            return;
        }
        int size = checkedSize(call, oldSize, tail.length());
        byte[] bytes = call.scratch(size);
        System.arraycopy(call.value().array(), call.value().offset(), bytes, 0, oldSize);
        tail.copyTo(bytes, oldSize);
        call.put(call.argument(1), call.scratchSlice(size), call.value().deadlineMs());
        call.reply().integer(size);
    }

    static void strLen(CommandCall call) {
        call.reply().integer(call.find(call.argument(1)) ? call.value().length() : 0);
    }

    static void getRange(CommandCall call) {
        long from = call.integer(2);
        long to = call.integer(3);
        if (!call.read(call.argument(1)) || (from < 0 && to < 0 && from > to)) {
            call.reply().bulk("");
            return;
        }
        int size = call.value().length();
        long first = from < 0 ? Math.max(0, size + from) : from;
        long last = Math.min(size - 1L, to < 0 ? Math.max(0, size + to) : to);
        if (first > last) {
            call.reply().bulk("");
            return;
        }
        call.reply().bulk(call.value().array(), call.value().offset() + (int) first, (int) (last - first + 1));
    }

    static void subStr(CommandCall call) {
        getRange(call);
    }

    static void setRange(CommandCall call) {
        long offset = call.integer(2);
        ByteSlice part = call.argument(3);
        if (offset < 0) {
            throw ErrorKind.OFFSET_RANGE.failure();
        }
        boolean isThere = call.readToWrite(call.argument(1));
        int oldSize = isThere ? call.value().length() : 0;
        if (part.length() == 0) {
            call.reply().integer(oldSize);
            return;
        }
        int end = checkedSize(call, offset, part.length());
        int size = Math.max(oldSize, end);
        byte[] bytes = call.scratch(size);
        System.arraycopy(call.value().array(), call.value().offset(), bytes, 0, oldSize);
        if (offset > oldSize) {
            Arrays.fill(bytes, oldSize, (int) offset, (byte) 0);
        }
        part.copyTo(bytes, (int) offset);
        call.put(call.argument(1), call.scratchSlice(size), call.value().deadlineMs());
        call.reply().integer(size);
    }

    private static int checkedSize(CommandCall call, long size, int more) {
        // Compared before it is added: an offset near the largest long must not wrap.
        if (size > call.server().limits().bulkSizeMax() - more) {
            throw ErrorKind.STRING_TOO_LONG.failure();
        }
        return (int) size + more;
    }

    private static void replyValueOrNil(CommandCall call, boolean isThere) {
        if (isThere) {
            call.replyValue();
        } else {
            call.reply().nil();
        }
    }
}
