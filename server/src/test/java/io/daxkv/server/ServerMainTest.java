package io.daxkv.server;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.daxkv.server.command.ServerView.Durability;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** The command line means what its help says, and every refusal has its own exit code. */
class ServerMainTest {

    @TempDir
    Path directory;

    @Test
    void defaultsAreThoseOfTheOptions() {
        ServeArguments arguments = new ServeArguments();
        new CommandLine(arguments).parseArgs();
        assertEquals(ServerOptions.defaults(), arguments.toOptions());
    }

    @Test
    void everyOptionArrives() {
        ServeArguments arguments = new ServeArguments();
        new CommandLine(arguments)
                .parseArgs(
                        "--bind=0.0.0.0",
                        "--port=0",
                        "--admin-port=-1",
                        "--no-protected-mode",
                        "--file=x.pmem",
                        "--size=2m",
                        "--durability=interval",
                        "--interval=1s",
                        "--persistence=clwb-emulated",
                        "--loops=3",
                        "--max-clients=7",
                        "--max-value=1k");
        ServerOptions options = arguments.toOptions();
        assertEquals("0.0.0.0", options.bind());
        assertEquals(0, options.port());
        assertEquals(-1, options.adminPort());
        assertEquals(false, options.isProtected());
        assertEquals(Path.of("x.pmem"), options.file());
        assertEquals(2 << 20, options.size());
        assertEquals(Durability.INTERVAL, options.durability());
        assertEquals(Duration.ofSeconds(1), options.interval());
        assertEquals("clwb-emulated", options.persistence().toString());
        assertEquals(3, options.loopCount());
        assertEquals(7, options.limits().clientCountMax());
        assertEquals(1024, options.limits().bulkSizeMax());
    }

    @Test
    void helpShowsEveryDefault() {
        StringWriter text = new StringWriter();
        new CommandLine(new ServeCommand()).usage(new PrintWriter(text));
        for (String shown :
                new String[] {"6379", "9121", "127.0.0.1", "data/daxkv.pmem", "1g", "always", "100ms", "auto"}) {
            assertTrue(
                    text.toString().contains("(default: " + shown)
                            || text.toString().contains(shown + ")"),
                    shown);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--port=70000",
                "--port=x",
                "--size=lots",
                "--durability=maybe",
                "--persistence=paper",
                "--interval=2s",
                "--interval=0ms",
                "--max-value=65m",
                "--loops=-1",
                "--nosuch",
                "nosuch"
            })
    void nonsenseIsAUsageError(String argument) {
        assertEquals(ExitCode.USAGE, ServerMain.run(argument));
    }

    @Test
    void versionAndHelpSucceed() {
        assertEquals(ExitCode.OK, ServerMain.run("--version"));
        assertEquals(ExitCode.OK, ServerMain.run("serve", "--help"));
    }

    @Test
    void checkOfWhatIsNoStoreSaysSo() throws IOException {
        assertEquals(
                ExitCode.ODD_FILE,
                ServerMain.run("check", directory.resolve("absent").toString()));
        Path text = directory.resolve("text");
        Files.writeString(text, "hello ".repeat(10_000));
        assertTrue(ServerMain.run("check", text.toString()) != ExitCode.OK);
        assertEquals(ExitCode.USAGE, ServerMain.run("check"));
    }

    @Test
    void foreignFileIsRefusedAndLeftAsItIs() throws IOException {
        Path foreign = Files.createFile(
                directory.resolve("other.db"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        byte[] bytes = new byte[4 << 20];
        bytes[3 << 20] = 1;
        Files.write(foreign, bytes);
        assertEquals(ExitCode.ODD_FILE, ServerMain.run("serve", "--port=0", "--admin-port=-1", "--file=" + foreign));
        assertEquals(ExitCode.CORRUPT, ServerMain.run("check", foreign.toString()));
        assertArrayEquals(bytes, Files.readAllBytes(foreign));
    }

    @ParameterizedTest
    @CsvSource({"512, 512", "1k, 1024", "3m, 3145728", "1g, 1073741824", "2T, 2199023255552", "4KiB, 4096"})
    void sizesAreReadWithTheirUnits(String text, long size) {
        assertEquals(size, Quantities.size("--size", text));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "k", "-1", "1x", "1.5g", "999999999999999t"})
    void otherSizesAreRefused(String text) {
        assertThrows(IllegalArgumentException.class, () -> Quantities.size("--size", text));
    }
}
