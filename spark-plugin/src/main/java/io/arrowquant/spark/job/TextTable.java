package io.arrowquant.spark.job;

import io.arrowquant.error.Printable;
import java.util.ArrayList;
import java.util.List;

/** A table for the terminal: columns as wide as they need to be, numbers to the right. */
final class TextTable {
    private static final String GAP = "  ";

    private final List<String> header;
    private final boolean[] right;
    private final List<List<String>> rows = new ArrayList<>();

    /** Columns by name; those that begin with {@code >} hold numbers. */
    TextTable(String... columns) {
        header = new ArrayList<>();
        right = new boolean[columns.length];
        for (int i = 0; i < columns.length; i++) {
            right[i] = columns[i].startsWith(">");
            header.add(right[i] ? columns[i].substring(1) : columns[i]);
        }
    }

    TextTable row(Object... cells) {
        List<String> row = new ArrayList<>();
        for (Object cell : cells) {
            // Names come from files: they must not steer the terminal.
            row.add(Printable.text(cell == null ? "" : cell.toString()));
        }
        rows.add(row);
        return this;
    }

    int size() {
        return rows.size();
    }

    void print(Streams streams) {
        int[] widths = widths();
        streams.line(format(header, widths));
        for (List<String> row : rows) {
            streams.line(format(row, widths));
        }
    }

    private int[] widths() {
        int[] widths = new int[header.size()];
        for (int column = 0; column < widths.length; column++) {
            widths[column] = header.get(column).length();
            for (List<String> row : rows) {
                widths[column] = Math.max(widths[column], row.get(column).length());
            }
        }
        return widths;
    }

    private String format(List<String> cells, int[] widths) {
        StringBuilder line = new StringBuilder();
        for (int column = 0; column < cells.size(); column++) {
            String cell = cells.get(column);
            String padding = " ".repeat(widths[column] - cell.length());
            line.append(column == 0 ? "" : GAP)
                    .append(right[column] ? padding : "")
                    .append(cell)
                    .append(right[column] ? "" : padding);
        }
        return line.toString().stripTrailing();
    }
}
