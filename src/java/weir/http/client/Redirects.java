package weir.http.client;

import java.net.MalformedURLException;
import weir.http.HeaderName;
import weir.http.HttpRequest;
import weir.http.RedirectException;
import weir.http.Url;

/**
 * Where a redirect leads, and what may be sent there.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc9110#section-15.4">RFC 9110 §15.4</a>
 */
public final class Redirects {

  /** What must not reach another origin than it was meant for. */
  private static final HeaderName[] CREDENTIALS = {
    HeaderName.of("authorization"),
    HeaderName.of("cookie"),
    HeaderName.of("proxy-authorization"),
    HeaderName.of("host")
  };

  /** What describes a body that is not sent any more. */
  private static final HeaderName[] CONTENT = {
    HeaderName.of("content-type"),
    HeaderName.of("content-length"),
    HeaderName.of("content-encoding"),
    HeaderName.of("content-language"),
    HeaderName.of("content-location"),
    HeaderName.of("transfer-encoding"),
    HeaderName.of("expect")
  };

  private Redirects() {}

  /**
   * Returns the request that follows a response.
   *
   * @param location the {@code Location} field, or null
   * @return null if the response is not to be followed
   * @throws RedirectException if it should be followed but must not
   */
  public static HttpRequest next(HttpRequest request, int status, String location) {
    if (!request.followsRedirects() || location == null) {
      return null;
    }
    String method = nextMethod(request, status);
    if (method == null) {
      return null;
    }
    Url target = target(request, location);
    HttpRequest.Builder next = request.toBuilder().url(target).method(method);
    if (!method.equals(request.method())) {
      next.body(null);
      for (HeaderName each : CONTENT) {
        next.setHeader(each, null);
      }
    } else if (!RequestWriter.isReplayable(request.body())) {
      throw new RedirectException(
          "the body of " + request + " cannot be sent again to " + target, request);
    }
    if (!target.isSameOrigin(request.url())) {
      for (HeaderName each : CREDENTIALS) {
        next.setHeader(each, null);
      }
      next.noDigestAuth();
    }
    return next.build();
  }

  private static String nextMethod(HttpRequest request, int status) {
    String method = request.method();
    boolean safe = method.equals("GET") || method.equals("HEAD");
    boolean becomesGet = !safe && !request.keepsMethod();
    return switch (status) {
      case 301, 302 -> !becomesGet ? method : request.forcesRedirects() ? "GET" : null;
      case 303 -> becomesGet ? "GET" : method;
      case 307, 308 -> safe || request.forcesRedirects() ? method : null;
      default -> null;
    };
  }

  private static Url target(HttpRequest request, String location) {
    Url target;
    try {
      target = request.url().resolve(location);
    } catch (MalformedURLException e) {
      throw new RedirectException(
          "cannot follow the redirect to " + location + ": " + e.getMessage(), request);
    }
    if (request.url().isSecure() && !target.isSecure()) {
      throw new RedirectException(
          "refused to follow a redirect from https to http: " + target, request);
    }
    return target;
  }
}
