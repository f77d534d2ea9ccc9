package io.daxkv.bench.verify;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A server as small as can be, over a {@link ToyLog}: honest, or with one sin that the durability benchmark must see.
 * Speaks just what the benchmark sends; one thread a connection, one lock for all.
 */
public final class ToyServer {
    /** Ways to break the promise of an acknowledgement. */
    enum Sin {
        NONE,
        /** Appends to the log a while after the reply. */
        EARLY_ACK,
        /** Deletes from memory only. */
        FORGETS_DELETES,
        /** Logs long values with their second half zeroed, under a checksum that fits. */
        TEARS_VALUES,
        /** Logs the halves of an MSET one by one. */
        SPLITS_PAIRS,
        /** Logs one key nobody wrote. */
        INVENTS_KEYS,
        /** Dies at its second start. */
        STAYS_DOWN
    }

    private static final String OK = "+OK\r\n";

    private final Map<String, byte[]> values = new HashMap<>();
    private final ToyLog log;
    private final Sin sin;

    private ToyServer(Path file, Sin sin) throws IOException {
        this.sin = sin;
        this.log = new ToyLog(file, sin == Sin.EARLY_ACK, values::put);
        if (sin == Sin.STAYS_DOWN && !values.isEmpty()) {
            throw new IOException("will not start again");
        }
        values.values().removeIf(value -> value == ToyLog.TOMBSTONE);
    }

    /** Serves until killed. Knows the options a real server is given; all but a few are ignored. */
    public static void main(String[] args) throws IOException {
        List<String> options = List.of(args);
        Path file = Path.of(options.get(options.indexOf("--file") + 1));
        Sin sin = Sin.NONE;
        for (String option : options) {
            if (option.startsWith("--sin=")) {
                sin = Sin.valueOf(option.substring("--sin=".length()));
            }
        }
        ToyServer server = new ToyServer(file, sin);
        try (ServerSocket socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            System.out.println("daxkv ready: port=" + socket.getLocalPort() + " admin=-1 medium=toy sin=" + sin);
            while (true) {
                Socket peer = socket.accept();
                Thread thread = new Thread(() -> server.serve(peer));
                thread.setDaemon(true);
                thread.start();
            }
        }
    }

    private void serve(Socket peer) {
        try (peer) {
            InputStream in = new BufferedInputStream(peer.getInputStream());
            OutputStream out = new BufferedOutputStream(peer.getOutputStream());
            while (true) {
                List<byte[]> command = command(in);
                synchronized (this) {
                    answer(command, out);
                }
                if (in.available() == 0) {
                    out.flush();
                }
            }
        } catch (IOException e) {
            assert !(e instanceof java.net.ProtocolException) : e;
        }
    }

    private void answer(List<byte[]> command, OutputStream out) throws IOException {
        String key = command.size() > 1 ? text(command.get(1)) : "";
        switch (text(command.get(0))) {
            case "GET" -> bulk(out, values.get(key));
            case "DBSIZE" -> out.write(ascii(":" + values.size() + "\r\n"));
            case "SET" -> {
                set(List.of(key), List.of(command.get(2)));
                out.write(ascii(OK));
            }
            case "MSET" -> {
                List<String> keys = List.of(key, text(command.get(3)));
                List<byte[]> pair = List.of(command.get(2), command.get(4));
                if (sin == Sin.SPLITS_PAIRS) {
                    set(keys.subList(0, 1), pair.subList(0, 1));
                    log.appendLater(keys.subList(1, 2), pair.subList(1, 2));
                    values.put(keys.get(1), pair.get(1));
                } else {
                    set(keys, pair);
                }
                out.write(ascii(OK));
            }
            case "INCR" -> {
                long number = values.containsKey(key) ? Long.parseLong(text(values.get(key))) + 1 : 1;
                set(List.of(key), List.of(ascii(Long.toString(number))));
                out.write(ascii(":" + number + "\r\n"));
            }
            case "DEL" -> {
                boolean isThere = values.remove(key) != null;
                if (sin != Sin.FORGETS_DELETES) {
                    log.append(List.of(key), List.of(ToyLog.TOMBSTONE));
                }
                out.write(ascii(isThere ? ":1\r\n" : ":0\r\n"));
            }
            default -> out.write(ascii("-ERR unknown command\r\n"));
        }
    }

    private void set(List<String> keys, List<byte[]> newValues) throws IOException {
        List<byte[]> logged = new ArrayList<>();
        for (int i = 0; i < keys.size(); i++) {
            values.put(keys.get(i), newValues.get(i));
            byte[] value = newValues.get(i);
            boolean tears = sin == Sin.TEARS_VALUES && value.length > 256;
            logged.add(tears ? java.util.Arrays.copyOf(java.util.Arrays.copyOf(value, 128), value.length) : value);
        }
        log.append(keys, logged);
        if (sin == Sin.INVENTS_KEYS && values.size() % 64 == 0) {
            log.append(List.of("ghost"), List.of(ascii("boo")));
        }
    }

    private static void bulk(OutputStream out, byte[] value) throws IOException {
        if (value == null) {
            out.write(ascii("$-1\r\n"));
            return;
        }
        out.write(ascii("$" + value.length + "\r\n"));
        out.write(value);
        out.write(ascii("\r\n"));
    }

    private static List<byte[]> command(InputStream in) throws IOException {
        int count = Integer.parseInt(line(in).substring(1));
        List<byte[]> words = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            words.add(in.readNBytes(Integer.parseInt(line(in).substring(1))));
            in.skipNBytes(2);
        }
        return words;
    }

    private static String line(InputStream in) throws IOException {
        StringBuilder text = new StringBuilder();
        for (int b = in.read(); b != '\r'; b = in.read()) {
            if (b < 0) {
                throw new EOFException();
            }
            text.append((char) b);
        }
        in.skipNBytes(1);
        return text.toString();
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
