package weir.http.cache;

import io.netty.handler.codec.DateFormatter;
import io.netty.handler.codec.http.HttpHeaders;
import java.util.Date;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import weir.http.HeaderFields;
import weir.http.HeaderName;
import weir.http.ResponseMessage;

/**
 * One stored response.
 *
 * @param message the response as it came; its body is not used
 * @param headers its fields, or those of the last validation
 * @param body all of its body
 * @param varying the request's fields that the response depends on, by lower-case name; a value may
 *     be null
 * @param requested when it was asked for, in ms since 1970
 * @param received when it came
 */
public record CacheEntry(
    ResponseMessage message,
    HttpHeaders headers,
    byte[] body,
    Map<String, String> varying,
    long requested,
    long received) {

  /** RFC 9110 §15.1: what may be stored without being told for how long. */
  private static final Set<Integer> HEURISTIC =
      Set.of(200, 203, 204, 300, 301, 308, 404, 405, 410, 414, 501);

  /** RFC 9111 §4.2.2 suggests a tenth of the age; a day is the most. */
  private static final long MAX_HEURISTIC_SECONDS = 24 * 60 * 60;

  /** Returns whether a request would get this very response. */
  boolean matches(HeaderFields request) {
    for (Map.Entry<String, String> each : varying.entrySet()) {
      if (!Objects.equals(each.getValue(), request.get(HeaderName.of(each.getKey())))) {
        return false;
      }
    }
    return true;
  }

  /** Returns whether a response may be stored at all, given that it may by its request. */
  static boolean isStorable(int status, HttpHeaders headers) {
    Directives directives = Directives.of(headers);
    boolean told = directives.has("max-age") || headers.contains("expires");
    boolean known = HEURISTIC.contains(status) || (told && (status == 302 || status == 307));
    boolean useful = told || headers.contains("etag") || headers.contains("last-modified");
    return known && useful && !directives.has("no-store") && !"*".equals(headers.get("vary"));
  }

  /** Returns the age in seconds (RFC 9111 §4.2.3). */
  public long age(long now) {
    long apparent = Math.max(0, received - date());
    long corrected = seconds(headers.get("age")) * 1000 + received - requested;
    return Math.max(0, (Math.max(apparent, corrected) + now - received) / 1000);
  }

  /** How many seconds it is fresh after it was made (§4.2.1). */
  long lifetime() {
    long maxAge = Directives.of(headers).seconds("max-age");
    if (maxAge >= 0) {
      return maxAge;
    }
    if (headers.contains("expires")) {
      Date expires = DateFormatter.parseHttpDate(headers.get("expires"));
      return expires == null ? 0 : Math.max(0, (expires.getTime() - date()) / 1000);
    }
    Date modified = parsed("last-modified");
    return modified == null || !HEURISTIC.contains(message.status())
        ? 0
        : Math.min(MAX_HEURISTIC_SECONDS, Math.max(0, (date() - modified.getTime()) / 10_000));
  }

  /** Returns whether it may answer a request with these directives without being validated. */
  boolean isUsable(Directives request, long now) {
    Directives own = Directives.of(headers);
    if (request.has("no-cache") || own.has("no-cache")) {
      return false;
    }
    long age = age(now);
    long maxAge = request.seconds("max-age");
    if (maxAge >= 0 && age > maxAge) {
      return false;
    }
    long left = lifetime() - age - Math.max(0, request.seconds("min-fresh"));
    if (left > 0) {
      return true;
    }
    boolean anyAge = request.has("max-stale") && request.seconds("max-stale") <= 0;
    boolean stale = anyAge || request.seconds("max-stale") > -left;
    return stale && !own.has("must-revalidate");
  }

  /** Returns this with the fields of a 304 in the place of its own (§3.2). */
  CacheEntry validated(HttpHeaders fields, long newRequested, long newReceived) {
    HttpHeaders merged = headers.copy();
    for (String name : fields.names()) {
      if (!isAboutBody(name)) {
        merged.set(name, fields.getAll(name));
      }
    }
    return new CacheEntry(message, merged, body, varying, newRequested, newReceived);
  }

  private static boolean isAboutBody(String name) {
    return name.regionMatches(true, 0, "content-", 0, 8)
        || name.equalsIgnoreCase("transfer-encoding");
  }

  private long date() {
    Date date = parsed("date");
    return date == null ? received : date.getTime();
  }

  private Date parsed(String name) {
    String value = headers.get(name);
    return value == null ? null : DateFormatter.parseHttpDate(value);
  }

  private static long seconds(String value) {
    return value != null && value.matches("[0-9]{1,10}") ? Long.parseLong(value) : 0;
  }
}
