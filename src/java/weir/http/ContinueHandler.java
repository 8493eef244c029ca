package weir.http;

/**
 * Decides whether a client that has sent {@code Expect: 100-continue} may send its request body.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc9110#section-10.1.1">RFC 9110 §10.1.1</a>
 */
@FunctionalInterface
public interface ContinueHandler {

  /**
   * Decides by the head of a request, whose body is null here.
   *
   * @return true for 100 (Continue), false or null for 417 (Expectation Failed), a {@link Reply} or
   *     Ring response map to answer with at once, or the promise of any of these
   */
  Object expect(Request request) throws Exception;
}
