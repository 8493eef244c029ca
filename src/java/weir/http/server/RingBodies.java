package weir.http.server;

import clojure.lang.IFn;
import clojure.lang.RT;
import clojure.lang.Var;
import weir.http.BodyWriter;
import weir.http.body.BodyRule;

/**
 * Bodies that Ring's protocol StreamableResponseBody writes: those for whose class the program has
 * extended it, and those whose type implements it. Ring's own extensions are left to the server,
 * which sends the same bytes without an OutputStream.
 */
public final class RingBodies implements BodyRule {

  private final Var protocol;
  private final IFn writesItself;
  private final IFn write;
  private volatile Known known;

  /**
   * Takes what is needed of a loaded Ring.
   *
   * @param protocol holds the protocol; its value changes when somebody extends it
   * @param writesItself says of the protocol's value and a body whether the program has extended it
   *     for the body's class
   * @param write of body, response and OutputStream
   */
  public RingBodies(Var protocol, IFn writesItself, IFn write) {
    this.protocol = protocol;
    this.writesItself = writesItself;
    this.write = write;
    this.known = new Known(protocol.getRawRoot());
  }

  /** Returns whether the namespace that defines the protocol can be loaded. Does not load it. */
  public static boolean onClassPath() {
    ClassLoader loader = RT.baseLoader();
    return loader.getResource("ring/core/protocols.clj") != null
        || loader.getResource("ring/core/protocols__init.class") != null;
  }

  @Override
  public BodyWriter writer(Object body, Object response) {
    if (body == null) {
      return null;
    }
    if (body instanceof BodyWriter writer) {
      return writer;
    }
    Object extensions = protocol.getRawRoot();
    Known answers = known;
    if (answers.extensions != extensions) {
      answers = new Known(extensions);
      known = answers;
    }
    Answer answer = answers.get(body.getClass());
    if (answer.isUnknown()) {
      answer.set(RT.booleanCast(writesItself.invoke(extensions, body)));
    }
    return answer.writesItself ? out -> write.invoke(body, response, out) : null;
  }

  /** What is known of each class, for one state of the protocol. Holds no class. */
  private static final class Known extends ClassValue<Answer> {
    final Object extensions;

    Known(Object extensions) {
      this.extensions = extensions;
    }

    @Override
    protected Answer computeValue(Class<?> type) {
      return new Answer();
    }
  }

  /** Two threads that ask at once get the same answer, so it does not matter whose is kept. */
  private static final class Answer {
    private volatile boolean known;
    private boolean writesItself;

    boolean isUnknown() {
      return !known;
    }

    void set(boolean value) {
      writesItself = value;
      known = true;
    }
  }
}
