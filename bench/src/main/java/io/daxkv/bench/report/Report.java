package io.daxkv.bench.report;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * The figures of one run, in order: a table for people, JSON for machines. Every report carries the {@link Machine}.
 *
 * <p><b>Threads.</b> Confined to one thread.
 */
public final class Report {
    private final String title;
    private final Map<String, Object> figures = new LinkedHashMap<>();
    private final Map<String, String> units = new LinkedHashMap<>();

    public Report(String title) {
        this.title = title;
    }

    /** Adds a figure; {@code name} is words with underscores, as in JSON. */
    public Report add(String name, Object value) {
        return add(name, value, "");
    }

    /** Adds a figure with its unit, which the table shows behind it. */
    public Report add(String name, Object value, String unit) {
        figures.put(name, value);
        units.put(name, unit);
        return this;
    }

    /** Prints the table. */
    public void print(PrintWriter out) {
        int width = figures.keySet().stream().mapToInt(String::length).max().orElse(0);
        out.println();
        out.println(title);
        figures.forEach((name, value) -> out.println("  " + padded(name.replace('_', ' '), width) + "  " + text(value)
                + (units.get(name).isEmpty() ? "" : " " + units.get(name))));
        out.println("  " + padded("machine", width) + "  " + Machine.here().line());
        out.flush();
    }

    /** Writes the JSON document. */
    public void write(Path file) throws IOException {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("title", title);
        document.put("figures", figures);
        document.put("units", units);
        document.put("machine", Machine.here());
        new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT).writeValue(file.toFile(), document);
    }

    private static String padded(String text, int width) {
        return text + " ".repeat(Math.max(0, width - text.length()));
    }

    private static String text(Object value) {
        if (value instanceof Double number) {
            return String.format(Locale.ROOT, number >= 1000 ? "%,.0f" : "%.3f", number);
        }
        if (value instanceof Long || value instanceof Integer) {
            return String.format(Locale.ROOT, "%,d", value);
        }
        return String.valueOf(value);
    }
}
