package weir.http.client;

import java.io.UncheckedIOException;
import java.util.List;
import java.util.function.Consumer;
import weir.executor.NonBlockingThread;
import weir.http.Extras;
import weir.http.HeaderName;
import weir.http.HttpRequest;
import weir.http.RingResponse;
import weir.http.cookie.CookieJar;

/** What happens before and after each exchange of a request that has {@link Extras}. */
final class HopSteps {

  private static final HeaderName COOKIE = HeaderName.of("cookie");

  private HopSteps() {}

  /** Runs steps, here or where they may block if that is what they may do. */
  static void run(HttpRequest request, Runnable steps, Consumer<Throwable> onFailure) {
    Extras extras = request.extras();
    if (extras == null) {
      steps.run();
    } else if (extras.address() != null // asks a name service, which no caller waits for
        || extras.mayBlock() && Thread.currentThread() instanceof NonBlockingThread) {
      CallbackThreads.INSTANCE.execute(() -> runSafely(steps, onFailure));
    } else {
      runSafely(steps, onFailure);
    }
  }

  private static void runSafely(Runnable steps, Consumer<Throwable> onFailure) {
    try {
      steps.run();
    } catch (Throwable t) {
      onFailure.accept(t instanceof UncheckedIOException io ? io.getCause() : t);
    }
  }

  /** The request as it is sent: with cookies, and as the program's last word has it. */
  static HttpRequest before(HttpRequest request) {
    Extras extras = request.extras();
    if (extras == null) {
      return request;
    }
    HttpRequest complete = withCookies(request, extras.cookies());
    HttpRequest changed = extras.outgoing() == null ? null : extras.outgoing().apply(complete);
    return changed == null ? complete : changed;
  }

  /** With the cookies of its jar, unless it has cookies of its own. */
  private static HttpRequest withCookies(HttpRequest request, CookieJar jar) {
    if (jar == null || request.fields().get(COOKIE) != null) {
      return request;
    }
    String cookies = jar.header(request.url());
    return cookies == null ? request : request.toBuilder().header(COOKIE, cookies).build();
  }

  /** A response has come, which maybe nobody but these steps will see. */
  static void after(HttpRequest request, ClientResponse response) {
    Extras extras = request.extras();
    if (extras.cookies() != null) {
      List<String> fields = response.headers().getAll("set-cookie");
      if (!fields.isEmpty()) {
        extras.cookies().receive(request.url(), fields);
      }
    }
    if (extras.interceptor() != null) {
      extras.interceptor().accept(new RingResponse(response), request);
    }
  }
}
