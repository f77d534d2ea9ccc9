package io.daxkv.tidy;

import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.LineMap;
import com.sun.source.tree.MethodTree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.SourcePositions;
import com.sun.source.util.TreeScanner;
import com.sun.source.util.Trees;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;

/**
 * Lines of at most 120 columns, methods of at most 60 lines, files of at most 400. The exceptions are a list that only
 * shrinks: one that is not needed any more is a finding too.
 */
final class SizeBudgets {
    static final int COLUMNS = 120;
    static final int METHOD_LINES = 60;
    static final int FILE_LINES = 400;

    private final Set<String> exceptions;
    private final Set<String> used = new TreeSet<>();

    /** @param exceptions paths of files and {@code path#method} that may exceed their budget */
    SizeBudgets(Set<String> exceptions) {
        this.exceptions = exceptions;
    }

    List<String> findings(List<JavaSource> sources) {
        List<String> findings = new ArrayList<>();
        for (JavaSource source : sources) {
            checkLines(source, findings);
        }
        checkMethods(sources, findings);
        for (String exception : new TreeSet<>(exceptions)) {
            if (!used.contains(exception)) {
                findings.add(exception + ":1: exception no longer needed, use a shorter list of exceptions instead");
            }
        }
        return findings;
    }

    private void checkLines(JavaSource source, List<String> findings) {
        List<String> lines = source.lines();
        int count = lines.size() - (lines.get(lines.size() - 1).isEmpty() ? 1 : 0);
        if (count > FILE_LINES && !isExcepted(source.path())) {
            findings.add(source.path() + ":1: file of " + count + " lines, use classes of " + FILE_LINES
                    + " lines at most instead");
        }
        for (int i = 0; i < lines.size(); i++) {
            if (lines.get(i).length() > COLUMNS) {
                findings.add(source.path() + ":" + (i + 1) + ": line of "
                        + lines.get(i).length() + " columns, use " + COLUMNS + " at most instead");
            }
        }
    }

    /** One compiler task for all files: each task costs more than it parses. */
    private void checkMethods(List<JavaSource> sources, List<String> findings) {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        List<Text> texts = sources.stream().map(Text::new).toList();
        JavacTask task = (JavacTask) compiler.getTask(null, null, null, List.of("-proc:none"), null, texts);
        SourcePositions positions = Trees.instance(task).getSourcePositions();
        try {
            for (CompilationUnitTree unit : task.parse()) {
                new Scanner(unit, positions, findings).scan(unit, null);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot parse", e);
        }
    }

    private boolean isExcepted(String name) {
        if (!exceptions.contains(name)) {
            return false;
        }
        used.add(name);
        return true;
    }

    /** Measures every method of one file. */
    private final class Scanner extends TreeScanner<Void, Void> {
        private final String path;
        private final CompilationUnitTree unit;
        private final SourcePositions positions;
        private final List<String> findings;

        private Scanner(CompilationUnitTree unit, SourcePositions positions, List<String> findings) {
            this.path = unit.getSourceFile().toUri().getPath().substring(1);
            this.unit = unit;
            this.positions = positions;
            this.findings = findings;
        }

        @Override
        public Void visitMethod(MethodTree method, Void unused) {
            LineMap map = unit.getLineMap();
            long first = map.getLineNumber(positions.getStartPosition(unit, method));
            long end = positions.getEndPosition(unit, method);
            long lines = end < 0 ? 0 : map.getLineNumber(end) - first + 1;
            if (lines > METHOD_LINES && !isExcepted(path + "#" + method.getName())) {
                findings.add(path + ":" + first + ": method " + method.getName() + " of " + lines
                        + " lines, use methods of " + METHOD_LINES + " lines at most instead");
            }
            return super.visitMethod(method, unused);
        }
    }

    /** A file's text as the compiler reads it. */
    private static final class Text extends SimpleJavaFileObject {
        private final String text;

        private Text(JavaSource source) {
            super(URI.create("string:///" + source.path()), JavaFileObject.Kind.SOURCE);
            this.text = String.join("\n", source.lines());
        }

        @Override
        public CharSequence getCharContent(boolean ignoreEncodingErrors) {
            return text;
        }
    }
}
