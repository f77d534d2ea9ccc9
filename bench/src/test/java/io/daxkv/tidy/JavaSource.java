package io.daxkv.tidy;

import java.util.List;

/**
 * A Java file taken apart: its lines as they are, the code in them (comments blanked, literals emptied) and the
 * comments in them (everything else blanked). All three have the same number of lines.
 *
 * @param path from the root of the tree, with slashes
 */
record JavaSource(String path, List<String> lines, List<String> code, List<String> comments) {

    /** Takes a file's text apart. */
    static JavaSource of(String path, String text) {
        StringBuilder code = new StringBuilder(text.length());
        StringBuilder comments = new StringBuilder(text.length());
        for (int at = 0; at < text.length(); ) {
            int end = tokenEnd(text, at);
            String token = text.substring(at, end);
            boolean isComment = token.startsWith("//") || token.startsWith("/*");
            boolean isLiteral = token.startsWith("\"") || token.startsWith("'");
            code.append(isComment || isLiteral ? blank(token) : token);
            comments.append(isComment ? token : blank(token));
            at = end;
        }
        return new JavaSource(path, lines(text), lines(code.toString()), lines(comments.toString()));
    }

    /** Returns where the comment, the literal or the plain code at {@code at} ends. */
    private static int tokenEnd(String text, int at) {
        if (text.startsWith("//", at)) {
            return indexOrEnd(text, "\n", at, 0);
        }
        if (text.startsWith("/*", at)) {
            return indexOrEnd(text, "*/", at + 2, 2);
        }
        if (text.startsWith("\"\"\"", at)) {
            return indexOrEnd(text, "\"\"\"", at + 3, 3);
        }
        char first = text.charAt(at);
        if (first != '"' && first != '\'') {
            return plainEnd(text, at + 1);
        }
        int end = at + 1;
        while (end < text.length() && text.charAt(end) != first && text.charAt(end) != '\n') {
            end += text.charAt(end) == '\\' ? 2 : 1;
        }
        return Math.min(end + 1, text.length());
    }

    private static int plainEnd(String text, int from) {
        int end = from;
        while (end < text.length() && "/\"'".indexOf(text.charAt(end)) < 0) {
            end++;
        }
        return end;
    }

    private static int indexOrEnd(String text, String what, int from, int length) {
        int found = text.indexOf(what, from);
        return found < 0 ? text.length() : found + length;
    }

    private static String blank(String token) {
        return token.replaceAll("[^\n]", " ");
    }

    private static List<String> lines(String text) {
        return List.of(text.split("\n", -1));
    }

    boolean isTest() {
        return path.contains("/src/test/");
    }

    /** Returns the name of the package, {@code ""} if the file declares none. */
    String packageName() {
        for (String line : code) {
            if (line.startsWith("package ")) {
                return line.substring("package ".length(), line.indexOf(';'));
            }
        }
        return "";
    }

    /** Returns true if {@code prefix} is the file's package, one above it, or the class the file is named for. */
    boolean isIn(String prefix) {
        String name = packageName();
        String file = path.substring(path.lastIndexOf('/') + 1).replace(".java", "");
        return name.equals(prefix) || name.startsWith(prefix + ".") || prefix.equals(name + "." + file);
    }
}
