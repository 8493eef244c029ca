package weir.http.client;

import clojure.lang.Keyword;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import weir.options.Options;

/** The names of the options of requests. */
public final class RequestNames {

  /** Names that are read here, without colons; each may have a question mark at its end. */
  public static final List<String> NAMES =
      List.of(
          "request-method",
          "method",
          "url",
          "scheme",
          "host",
          "server-name",
          "port",
          "server-port",
          "uri",
          "query-string",
          "query-params",
          "form-params",
          "form-param-encoding",
          "multi-param-style",
          "ignore-nested-query-string",
          "flatten-nested-form-params",
          "flatten-nested-keys",
          "json-opts",
          "transit-opts",
          "headers",
          "body",
          "body-encoding",
          "length",
          "content-type",
          "character-encoding",
          "accept",
          "accept-encoding",
          "basic-auth",
          "user-info",
          "oauth-token",
          "as",
          "coerce",
          "raw-stream",
          "max-body-size",
          "decompress-body",
          "throw-exceptions",
          "unexceptional-status",
          "follow-redirects",
          "force-redirects",
          "redirect-strategy",
          "max-redirects",
          "pool",
          "insecure",
          "middleware",
          "pool-timeout",
          "connection-request-timeout",
          "conn-request-timeout",
          "connection-timeout",
          "conn-timeout",
          "request-timeout",
          "socket-timeout",
          "read-timeout",
          "total-timeout",
          "response-executor");

  /** Names of what {@code aleph.http.client-extras} reads. */
  public static final List<String> EXTRAS =
      List.of(
          "cookies",
          "cookie-store",
          "cookie-spec",
          "cookie-policy",
          "decode-cookies",
          "multipart",
          "mime-subtype",
          "multipart-charset",
          "multipart-mode",
          "save-request",
          "debug",
          "debug-body",
          "digest-auth",
          "request-interceptor",
          "response-interceptor",
          "retry-handler",
          "on-upload",
          "on-download",
          "cache",
          "cache-config",
          "trailers",
          "proxy-options",
          "proxy-host",
          "proxy-port",
          "proxy-user",
          "proxy-pass",
          "proxy-ignore-hosts");

  /** Keys of Ring's requests and of earlier hops, which say nothing here. */
  private static final Set<String> SILENT =
      Set.of(
          "remote-addr",
          "content-length",
          "protocol",
          "path",
          "params",
          "request-url",
          "redirects-count",
          "trace-redirects");

  private static final Set<String> KNOWN = known();
  private static final Set<String> EXTRA = Set.copyOf(EXTRAS);
  private static final int MAX_REMEMBERED = 1024;
  private static final Set<Keyword> REPORTED = ConcurrentHashMap.newKeySet();

  private RequestNames() {}

  private static Set<String> known() {
    Set<String> all = new HashSet<>(NAMES);
    all.addAll(EXTRAS);
    all.addAll(SILENT);
    all.addAll(RefusedOptions.NAMES);
    return Set.copyOf(all);
  }

  /** Returns whether {@code aleph.http.client-extras} reads the option of that name. */
  static boolean isExtra(String name) {
    return EXTRA.contains(name);
  }

  /**
   * Returns whether a key is none of these. Programs put keys of their own into requests: only what is
   * spelt like an option is logged.
   *
   * @param name that of the key, without a question mark
   */
  static boolean reportMisspelt(Keyword key, String name) {
    if (KNOWN.contains(name)) {
      return false;
    }
    if (REPORTED.size() < MAX_REMEMBERED && REPORTED.add(key)) {
      Options.reportMisspelt("aleph.http/request", key, KNOWN);
    }
    return true;
  }
}
