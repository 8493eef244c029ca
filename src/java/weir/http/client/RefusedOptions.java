package weir.http.client;

import static weir.options.Options.illegal;
import static weir.options.Options.truthy;

import clojure.lang.Keyword;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** Options of clj-http's requests that have no meaning here, each with what to write instead. */
final class RefusedOptions {

  private static final String POOL = "no such option of a request, but the pool's ";
  private static final String TLS = "no such option of a request, but the pool's of that name";
  private static final Map<String, String> INSTEAD = new LinkedHashMap<>();

  static {
    INSTEAD.put("ntlm-auth", "none: NTLM is not spoken; :basic-auth, :digest-auth or :oauth-token");
    INSTEAD.put("normalize-uri", "none: a URL is sent as it is given");
    INSTEAD.put("decode-body-headers", "none: no HTML is read for headers");
    INSTEAD.put("ignore-unknown-host", "none: the deferred fails with an UnknownHostException");
    INSTEAD.put("entity-buffering", "none: a byte[] or a File as the :body can be sent again");
    INSTEAD.put("connection-manager", "none, but a :pool of connection-pool");
    INSTEAD.put("http-client", "none, but a :pool of connection-pool");
    INSTEAD.put("pooling-info", "none, but a :pool of connection-pool");
    INSTEAD.put("http-builder-fns", POOL + ":pipeline-transform");
    INSTEAD.put("async-http-builder-fns", POOL + ":pipeline-transform");
    INSTEAD.put("http-client-builder", POOL + ":pipeline-transform");
    INSTEAD.put("http-client-context", "none, but options of the request");
    INSTEAD.put("http-request-config", "none, but options of the request");
    INSTEAD.put("cookie-policy-registry", "none, but a :cookie-spec");
    INSTEAD.put("dns-resolver", POOL + ":dns-options or :name-resolver");
    INSTEAD.put("keystore", TLS);
    INSTEAD.put("keystore-type", TLS);
    INSTEAD.put("keystore-pass", TLS);
    INSTEAD.put("trust-store", TLS);
    INSTEAD.put("trust-store-type", TLS);
    INSTEAD.put("trust-store-pass", TLS);
    INSTEAD.put("key-managers", TLS);
    INSTEAD.put("trust-managers", TLS);
  }

  /** What happens anyway, so that only the contrary is refused. */
  private static final Map<String, String> ALWAYS =
      Map.of(
          "allow-relative-redirects", "true: a relative location is resolved",
          "allow-circular-redirects", "true: a circle ends at :max-redirects",
          "validate-redirects", "true: a location without a host is never followed",
          "use-header-maps-in-response", "true: names of headers are found in any case");

  static final Set<String> NAMES = names();

  private RefusedOptions() {}

  private static Set<String> names() {
    Set<String> names = new java.util.HashSet<>(INSTEAD.keySet());
    names.addAll(ALWAYS.keySet());
    return Set.copyOf(names);
  }

  /** Throws if that option asks for something which does not happen. */
  static void check(Keyword key, String name, Object value) {
    String instead = INSTEAD.get(name);
    if (instead != null && truthy(value)) {
      throw illegal(key, value, instead);
    }
    String always = ALWAYS.get(name);
    if (always != null && !truthy(value)) {
      throw illegal(key, value, always);
    }
  }
}
