package io.daxkv.server.command;

import io.daxkv.server.resp.Arguments;
import io.daxkv.storage.kv.ByteSlice;
import java.nio.charset.StandardCharsets;

/** Every error text of the commands. Where Redis has one, it is Redis 7.2's, because clients look at them. */
public enum ErrorKind {
    SYNTAX("ERR syntax error"),
    NOT_INTEGER("ERR value is not an integer or out of range"),
    NOT_FLOAT("ERR value is not a valid float"),
    OVERFLOW("ERR increment or decrement would overflow"),
    DECREMENT_OVERFLOW("ERR decrement would overflow"),
    NAN_OR_INFINITY("ERR increment would produce NaN or Infinity"),
    OFFSET_RANGE("ERR offset is out of range"),
    STRING_TOO_LONG("ERR string exceeds maximum allowed size (proto-max-bulk-len)"),
    EXPIRE_NX("ERR NX and XX, GT or LT options at the same time are not compatible"),
    EXPIRE_GT_LT("ERR GT and LT options at the same time are not compatible"),
    INVALID_CURSOR("ERR invalid cursor"),
    PATTERN_TOO_LONG("ERR pattern is too long"),
    PATTERN_TOO_COMPLEX("ERR pattern takes too many steps to match"),
    DB_INDEX("ERR DB index is out of range"),
    NO_SUCH_KEY("ERR no such key"),
    NO_PROTO("NOPROTO unsupported protocol version"),
    PROTOCOL_VERSION("ERR Protocol version is not an integer or out of range"),
    NO_PASSWORD("ERR AUTH <password> called without any password configured for the default user. Are you sure your"
            + " configuration is correct?"),
    CLIENT_NAME("ERR Client names cannot contain spaces, newlines or special characters."),
    NO_SHUTDOWN("ERR No shutdown in progress."),
    NO_KEYS("ERR The command has no key arguments"),
    INVALID_COMMAND("ERR Invalid command specified"),
    INVALID_COMMAND_ARITY("ERR Invalid number of arguments specified for command"),
    TIMEOUT_NEGATIVE("ERR timeout is negative"),
    LOCAL_RANGE("ERR value is out of range, value must between 0 and 1"),
    REPLICA_RANGE("ERR value is out of range, must be positive"),
    NO_DURABLE("NODURABLE the medium does not survive power loss, so no write on it can be durable"),
    NOT_INSIDE_CALL("ERR command is not allowed inside DAX.CALL"),
    LEVEL("ERR unknown durability level, must be power, process or none"),
    LSN_RANGE("ERR LSN is negative"),
    KEY_EMPTY("ERR key is empty: size=0, sizeMin=1"),
    STORE_FULL("OOM store is full: delete keys, or restart with a larger --size"),
    INTERNAL("ERR internal error, see the server's log");

    private static final int ECHO_SIZE_MAX = 128;

    private final String text;

    ErrorKind(String text) {
        this.text = text;
    }

    public String text() {
        return text;
    }

    CommandFailure failure() {
        return new CommandFailure(text);
    }

    static CommandFailure wrongArity(String command) {
        return new CommandFailure("ERR wrong number of arguments for '" + command + "' command");
    }

    static CommandFailure invalidExpire(String command) {
        return new CommandFailure("ERR invalid expire time in '" + command + "' command");
    }

    static CommandFailure unsupportedOption(ByteSlice option) {
        return new CommandFailure("ERR Unsupported option " + echo(option, ECHO_SIZE_MAX));
    }

    static CommandFailure keyTooLong(int size, int sizeMax) {
        return new CommandFailure("ERR key is too long: size=" + size + ", sizeMax=" + sizeMax);
    }

    static CommandFailure unknownSubcommand(String command, ByteSlice name) {
        return new CommandFailure(
                "ERR unknown subcommand '" + echo(name, ECHO_SIZE_MAX) + "'. Try " + command + " HELP.");
    }

    static CommandFailure unknownCommand(Arguments arguments) {
        StringBuilder rest = new StringBuilder();
        for (int i = 1; i < arguments.count() && rest.length() < ECHO_SIZE_MAX; i++) {
            String shown = echo(arguments.get(i), ECHO_SIZE_MAX - rest.length());
            rest.append('\'').append(shown).append("' ");
        }
        return new CommandFailure("ERR unknown command '" + echo(arguments.get(0), ECHO_SIZE_MAX)
                + "', with args beginning with: " + rest);
    }

    /** Returns the beginning of a client's bytes, each as the one char that the encoder turns back into it. */
    static String echo(ByteSlice slice, int sizeMax) {
        byte[] bytes = new byte[Math.min(slice.length(), sizeMax)];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = slice.at(i);
        }
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }
}
