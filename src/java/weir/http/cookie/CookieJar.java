package weir.http.cookie;

import java.util.List;
import weir.http.Url;

/** What a client keeps cookies in. Safe for use by any thread. */
public interface CookieJar {

  /**
   * Returns the value of the Cookie field for a request.
   *
   * @return null if there is no cookie for it
   */
  String header(Url url);

  /**
   * Takes the cookies of a response.
   *
   * @param url where the response has come from
   * @param fields the values of its Set-Cookie fields, at least one
   */
  void receive(Url url, List<String> fields);

  /** Returns whether the other methods may block, and so must not run on an event loop. */
  default boolean mayBlock() {
    return true;
  }
}
