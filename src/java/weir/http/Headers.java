package weir.http;

import io.netty.handler.codec.http.HttpHeaders;
import java.util.List;
import java.util.function.BiConsumer;

/**
 * The header fields of a message, read only. Names are taken in any case; pseudo-header fields
 * (names that begin with a colon) are never seen.
 */
public interface Headers {

  /**
   * Returns the value of a field.
   *
   * @param name the name, in any case
   * @return the value; several fields of that name are joined with a comma in the order of arrival,
   *     {@code cookie} fields with a semicolon and a blank; null when there is none
   */
  String get(String name);

  /**
   * Returns each value of a field as it came over the wire.
   *
   * @param name the name, in any case
   * @return the values in the order of arrival, maybe none; immutable
   */
  List<String> getAll(String name);

  /** Returns whether there is a field of that name, in any case. */
  boolean contains(String name);

  /** Returns the names of all fields, in lower case, each once, in the order of arrival. */
  List<String> names();

  /** Calls the action once per name, with the lower-case name and the joined value. */
  void forEach(BiConsumer<? super String, ? super String> action);

  /**
   * Returns a view of Netty's headers.
   *
   * @param headers what to read; must not be changed from now on
   */
  static Headers of(HttpHeaders headers) {
    return new HeaderMap(headers);
  }
}
