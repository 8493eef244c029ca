package weir.http;

import clojure.lang.IPersistentMap;
import clojure.lang.Keyword;
import clojure.lang.PersistentArrayMap;

/**
 * How urgent a client finds a response.
 *
 * @param urgency 0, the most urgent, to 7
 * @param incremental whether the client can use parts of it, so that it may share its turn with others
 * @see <a href="https://www.rfc-editor.org/rfc/rfc9218#section-4">RFC 9218 §4</a>
 */
public record Priority(int urgency, boolean incremental) {

  /** What is meant when a client says nothing: 3, not incremental. */
  public static final Priority DEFAULT = new Priority(3, false);

  /** The urgency of what may wait for everything else: 7. */
  public static final int LEAST_URGENT = 7;

  private static final Keyword URGENCY = Keyword.intern("urgency");
  private static final Keyword INCREMENTAL = Keyword.intern("incremental?");

  /** Reads a Priority field; what cannot be read stays as by default (RFC 9218 §4, RFC 8941). */
  public static Priority parse(String field) {
    int urgency = DEFAULT.urgency;
    boolean incremental = DEFAULT.incremental;
    for (String member : field.split(",")) {
      String item = member.trim();
      int parameters = item.indexOf(';');
      String bare = parameters < 0 ? item : item.substring(0, parameters).trim();
      if (bare.length() == 3 && bare.startsWith("u=")) {
        int given = bare.charAt(2) - '0';
        urgency = given >= 0 && given <= LEAST_URGENT ? given : urgency;
      } else if (bare.equals("i") || bare.equals("i=?1")) {
        incremental = true;
      } else if (bare.equals("i=?0")) {
        incremental = false;
      }
    }
    return new Priority(urgency, incremental);
  }

  /** Returns it as a Clojure map. */
  IPersistentMap toMap() {
    return new PersistentArrayMap(new Object[] {URGENCY, (long) urgency, INCREMENTAL, incremental});
  }
}
