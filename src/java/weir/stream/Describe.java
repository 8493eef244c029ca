package weir.stream;

import clojure.lang.IPersistentMap;
import clojure.lang.Keyword;
import clojure.lang.PersistentArrayMap;
import clojure.lang.RT;
import manifold.stream.core.IEventSink;
import manifold.stream.core.IEventSource;
import manifold.stream.core.IEventStream;

/** The maps that streams describe themselves with, and how a stream is printed. */
final class Describe {

  private static final Keyword TYPE = Keyword.intern("type");

  private Describe() {}

  /** A map of the type and of keywords with their values in turn. */
  static IPersistentMap map(String type, Object... namesAndValues) {
    Object[] entries = new Object[2 + namesAndValues.length];
    entries[0] = TYPE;
    entries[1] = type;
    for (int i = 0; i < namesAndValues.length; i += 2) {
      entries[i + 2] = Keyword.intern((String) namesAndValues[i]);
      entries[i + 3] = namesAndValues[i + 1];
    }
    return new PersistentArrayMap(entries);
  }

  /** {@code << stream: {...} >>}, or source, or sink, after the interfaces of {@code s}. */
  static String print(IEventStream s) {
    String kind =
        s instanceof IEventSink ? (s instanceof IEventSource ? "stream" : "sink") : "source";
    return "<< " + kind + ": " + RT.printString(s.description()) + " >>";
  }
}
