package io.daxkv.server.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.daxkv.storage.kv.ByteSlice;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The table is whole: every row has all it needs, every command method has a row, every name finds its row. */
class CommandTableTest {
    private static final List<Class<?>> FAMILIES = List.of(
            ConnectionCommands.class,
            StringCommands.class,
            CounterCommands.class,
            KeyCommands.class,
            ExpiryCommands.class,
            ServerCommands.class,
            DaxCommands.class,
            CommandIntrospection.class);

    private static final String PROMISED = "ping echo hello quit select command info config get set setnx setex psetex"
            + " getset getdel getex mget mset msetnx append strlen getrange setrange incr incrby decr decrby"
            + " incrbyfloat del unlink exists type expire pexpire expireat pexpireat ttl pttl expiretime pexpiretime"
            + " persist keys scan dbsize randomkey flushall flushdb waitaof shutdown client reset time object dax.call"
            + " dax.lsn dax.wait";

    private final CommandTable table = CommandTable.standard();

    @Test
    void everyRowIsComplete() {
        for (CommandSpec row : table.rows()) {
            assertEquals(row.name().toLowerCase(Locale.ROOT), row.name());
            assertTrue(row.arity() != 0, row.name());
            assertNotNull(row.body(), row.name());
            assertFalse(row.category().isEmpty(), row.name());
            assertTrue(row.summary().endsWith("."), row.name());
            boolean hasKeys = row.keys().first() > 0;
            assertTrue(!hasKeys || row.keys().step() > 0, row.name());
            int countMin = Math.abs(row.arity());
            assertTrue(row.keys().lastOf(countMin) < countMin, row.name() + " looks for a key that is not there");
            assertEquals(row.writes(), row.flags().contains(CommandFlag.WRITE), row.name());
        }
    }

    @Test
    void everyPromisedCommandIsThere() {
        Set<String> missing = new TreeSet<>(Arrays.asList(PROMISED.split(" ")));
        table.rows().forEach(row -> missing.remove(row.name()));
        assertEquals(Set.of(), missing);
    }

    @Test
    void namesAreUnique() {
        Set<String> seen = new HashSet<>();
        table.rows().forEach(row -> assertTrue(seen.add(row.name()), row.name()));
    }

    @Test
    void everyCommandMethodHasARow() {
        Set<String> methods = FAMILIES.stream()
                .flatMap(family -> Stream.of(family.getDeclaredMethods()))
                .filter(CommandTableTest::isCommand)
                .map(method -> method.getName().toLowerCase(Locale.ROOT))
                .collect(Collectors.toCollection(TreeSet::new));
        Set<String> rows = table.rows().stream()
                .map(row -> row.name().replace(".", ""))
                .collect(Collectors.toCollection(TreeSet::new));
        assertEquals(rows, methods);
    }

    private static boolean isCommand(Method method) {
        return Modifier.isStatic(method.getModifiers())
                && !Modifier.isPrivate(method.getModifiers())
                && !method.isSynthetic()
                && Arrays.equals(method.getParameterTypes(), new Class<?>[] {CommandCall.class});
    }

    @Test
    void everyNameFindsItsRowInAnyCase() {
        for (int i = 0; i < table.rows().size(); i++) {
            String name = table.row(i).name();
            assertEquals(i, table.find(ByteSlice.of(name)), name);
            assertEquals(i, table.find(ByteSlice.of(name.toUpperCase(Locale.ROOT))), name);
        }
        assertEquals(-1, table.find(ByteSlice.of("nosuch")));
        assertEquals(-1, table.find(ByteSlice.of("")));
    }
}
