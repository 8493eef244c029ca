package weir.http.server;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import weir.http.HeaderFields;
import weir.http.HeaderName;
import weir.http.HeaderName.Role;
import weir.http.ResponseHead;

/**
 * Informational responses before the final one, such as 103 (Early Hints), until they are written.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc9110#section-15.2">RFC 9110 §15.2</a>
 */
final class Interim {

  /** What one exchange may have waiting; more hints are not sent. */
  static final int MAX_WAITING = 16 * 1024;

  /** What a head and each of its fields count beside their texts. */
  private static final int OVERHEAD = 32;

  private static final Set<Role> NOT_HERE =
      Set.of(Role.CONTENT_LENGTH, Role.TRANSFER_ENCODING, Role.CONNECTION);

  private final List<ResponseHead> heads = new ArrayList<>(1);
  private int size;

  /**
   * Makes an informational response.
   *
   * @param status 102 to 199
   * @param headers names to values, each a text or several in a list; null for none
   * @throws IllegalArgumentException if it cannot be sent
   */
  static ResponseHead head(int status, Map<?, ?> headers) {
    if (status < 102 || status > 199) {
      throw new IllegalArgumentException(
          "informational status: " + status + " (expected: 102-199, such as 103)");
    }
    HeaderFields fields = new HeaderFields();
    ResponseHead.addAll(fields, headers, Interim::check);
    return ResponseHead.of(status, fields);
  }

  private static boolean check(HeaderName name) {
    if (NOT_HERE.contains(name.role())) {
      throw new IllegalArgumentException(
          "informational header " + name.name() + " (expected: nothing about framing)");
    }
    return true;
  }

  /** Adds one; returns false if too much waits already. */
  boolean add(ResponseHead head) {
    int more = OVERHEAD;
    HeaderFields fields = head.fields();
    for (int i = 0; i < fields.size(); i++) {
      more += OVERHEAD + fields.name(i).name().length() + fields.value(i).length();
    }
    if (size + more > MAX_WAITING) {
      return false;
    }
    size += more;
    heads.add(head);
    return true;
  }

  /** Returns them in their order. */
  List<ResponseHead> heads() {
    return heads;
  }
}
