package io.daxkv.server;

import java.util.concurrent.Callable;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code serve}: runs until SIGTERM or SHUTDOWN, then ends in order. */
@Command(
        name = "serve",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Serves the store over the Redis protocol.")
final class ServeCommand implements Callable<Integer> {

    @Mixin
    private ServeArguments arguments;

    @Override
    public Integer call() throws Exception {
        return serve(arguments);
    }

    static int serve(ServeArguments arguments) throws Exception {
        DaxkvServer server = DaxkvServer.start(arguments.toOptions(), Runtime.getRuntime()::halt);
        Thread hook = new Thread(() -> stopAndHalt(server), "daxkv-stop");
        Runtime.getRuntime().addShutdownHook(hook);
        LoggerFactory.getLogger(ServeCommand.class).info("medium: {}", server.mediumDescription());
        System.out.println(server.readyLine());
        server.awaitStop();
        server.close();
        return ExitCode.OK;
    }

    /**
     * Runs on SIGTERM, when the machine's own code would be 143. An orderly stop is a success, and only halt can still
     * say so.
     */
    private static void stopAndHalt(DaxkvServer server) {
        int code = ExitCode.OK;
        try {
            server.close();
        } catch (RuntimeException e) {
            LoggerFactory.getLogger(ServeCommand.class).error("stop failed", e);
            code = ServerMain.exitCode(e);
        }
        Runtime.getRuntime().halt(code);
    }
}
