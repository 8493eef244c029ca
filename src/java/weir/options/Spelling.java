package weir.options;

import java.util.Collection;

/** Which known name somebody may have meant. */
final class Spelling {

  private Spelling() {}

  /** Returns the known name that is spelt most like {@code name}, null if none is alike. */
  static String nearest(String name, Collection<String> known) {
    String best = null;
    int least = Math.max(2, name.length() / 3) + 1;
    for (String each : known) {
      int distance = distance(name, each);
      if (distance < least || distance == least && best != null && each.compareTo(best) < 0) {
        least = distance;
        best = each;
      }
    }
    return best;
  }

  /** Returns how many letters must be put in, left out or changed (Levenshtein's distance). */
  private static int distance(String a, String b) {
    int[] row = new int[b.length() + 1];
    for (int j = 0; j < row.length; j++) {
      row[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j < row.length; j++) {
        int above = row[j];
        int changed = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        row[j] = Math.min(changed, 1 + Math.min(above, row[j - 1]));
        diagonal = above;
      }
    }
    return row[b.length()];
  }
}
