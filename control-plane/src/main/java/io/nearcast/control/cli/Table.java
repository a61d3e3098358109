package io.nearcast.control.cli;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Columns of text, as wide as they need to be. */
final class Table {
  private static final String GAP = "  ";

  private final List<List<String>> rows = new ArrayList<>();

  /**
   * @param titles of the columns
   */
  Table(String... titles) {
    row(titles);
  }

  /** Adds a row with as many cells as there are columns. */
  void row(String... cells) {
    rows.add(Arrays.asList(cells));
  }

  /** Prints all rows, or a sentence if there is none beside the titles. */
  void print(PrintWriter out, String none) {
    if (rows.size() == 1) {
      out.println(none);
      return;
    }
    int[] widths = new int[rows.getFirst().size()];
    for (List<String> row : rows) {
      for (int i = 0; i < widths.length; i++) {
        widths[i] = Math.max(widths[i], row.get(i).length());
      }
    }
    for (List<String> row : rows) {
      StringBuilder line = new StringBuilder();
      for (int i = 0; i < widths.length; i++) {
        line.append(row.get(i)).repeat(' ', widths[i] - row.get(i).length()).append(GAP);
      }
      out.println(line.toString().stripTrailing());
    }
  }
}
