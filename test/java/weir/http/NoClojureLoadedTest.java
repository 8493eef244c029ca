package weir.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import clojure.lang.Keyword;
import io.netty.channel.Channel;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import weir.testing.IsolatedLoader;

/** A program in Java must not wait for clojure.core, which is loaded with the class RT. */
class NoClojureLoadedTest {

  @Test
  void aViewIsReadAndChangedWithoutLoadingClojure() throws Exception {
    try (IsolatedLoader loader = new IsolatedLoader()) {
      Class<?> program = loader.loadClass(JavaProgram.class.getName());
      Supplier<?> run = (Supplier<?>) program.getDeclaredConstructor().newInstance();
      assertEquals("GET /a q h:1 [host] /b 14", run.get());
      assertTrue(loader.hasLoaded("clojure.lang.Keyword"));
      assertFalse(loader.hasLoaded("clojure.lang.RT"));
    }
  }

  /** What a program does with a request; runs in its own class loader. */
  public static final class JavaProgram implements Supplier<String>, RequestMessage {
    /** Made by reflection. */
    public JavaProgram() {}

    @Override
    public String get() {
      RingRequest request = new RingRequest(this);
      Headers headers = request.headers();
      Keyword uri = Keyword.intern(null, "uri");
      Object changed = request.assoc(uri, "/b").valAt(uri);
      return String.join(
          " ",
          request.method(),
          request.path(),
          request.query(),
          headers.get("Host"),
          headers.names().toString(),
          changed.toString(),
          Integer.toString(request.size()));
    }

    @Override
    public HttpMethod method() {
      return HttpMethod.GET;
    }

    @Override
    public String target() {
      return "/a?q";
    }

    @Override
    public HttpHeaders headers() {
      return new DefaultHttpHeaders().add("Host", "h:1");
    }

    @Override
    public String protocol() {
      return "HTTP/1.1";
    }

    @Override
    public boolean secure() {
      return false;
    }

    @Override
    public Endpoints endpoints() {
      return new Endpoints(null, null);
    }

    @Override
    public Object body() {
      return null;
    }

    @Override
    public boolean keepAlive() {
      return true;
    }

    @Override
    public long arrivedNanos() {
      return 0;
    }

    @Override
    public Channel channel() {
      return null;
    }
  }
}
