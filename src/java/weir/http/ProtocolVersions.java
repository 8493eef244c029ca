package weir.http;

import clojure.lang.IPersistentMap;
import clojure.lang.Keyword;
import clojure.lang.PersistentArrayMap;

/** Versions of a protocol as clj-http tells them: {@code {:name "HTTP" :major 1 :minor 1}}. */
final class ProtocolVersions {

  private ProtocolVersions() {}

  /** Returns the parts of a version such as {@code HTTP/1.1}, or null if it is none. */
  static IPersistentMap of(String protocol) {
    int slash = protocol.indexOf('/');
    int dot = protocol.indexOf('.', slash);
    if (slash < 0 || dot < 0) {
      return null;
    }
    try {
      return new PersistentArrayMap(
          new Object[] {
            Keyword.intern("name"),
            protocol.substring(0, slash),
            Keyword.intern("major"),
            Long.valueOf(protocol.substring(slash + 1, dot)),
            Keyword.intern("minor"),
            Long.valueOf(protocol.substring(dot + 1))
          });
    } catch (NumberFormatException e) {
      return null;
    }
  }
}
