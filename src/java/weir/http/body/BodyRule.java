package weir.http.body;

import weir.http.BodyWriter;

/** Says which bodies write themselves. Asked for each response, on any thread: must be quick. */
@FunctionalInterface
public interface BodyRule {

  /** Only those that say so by their type. */
  BodyRule BY_TYPE = (body, response) -> body instanceof BodyWriter writer ? writer : null;

  /**
   * Returns what writes the body, or null if the server knows how to send it.
   *
   * @param body the response's body, may be null
   * @param response the response, as the handler gave it
   */
  BodyWriter writer(Object body, Object response);
}
