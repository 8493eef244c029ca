package weir.bench.jmh;

import clojure.lang.IFn;
import clojure.lang.Keyword;
import clojure.lang.PersistentArrayMap;
import clojure.lang.RT;
import clojure.lang.Symbol;
import io.netty.channel.Channel;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import weir.http.Endpoints;
import weir.http.RequestMessage;
import weir.http.RingRequest;

/** The Ring request beside an array map that was filled beforehand. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class RequestViewBench {

  private static final IFn READ;

  static {
    RT.var("clojure.core", "require").invoke(Symbol.intern("weir.bench.view"));
    READ = RT.var("weir.bench.view", "five");
  }

  private final RequestMessage message =
      new Message(
          new DefaultHttpHeaders().add("Host", "localhost:8080").add("Accept", "text/html"),
          new Endpoints(
              new InetSocketAddress("127.0.0.1", 8080), new InetSocketAddress("127.0.0.1", 50000)));

  private final Object map =
      PersistentArrayMap.createAsIfByAssoc(
          new Object[] {
            key("request-method"), key("get"),
            key("uri"), "/a/path",
            key("query-string"), "a=1",
            key("headers"), PersistentArrayMap.createAsIfByAssoc(new Object[] {"host", "localhost"}),
            key("remote-addr"), "127.0.0.1"
          });

  /** Builds the view and reads method, path, query, a header and the peer's address. */
  @Benchmark
  public Object fiveKeys_view() {
    return READ.invoke(new RingRequest(message));
  }

  /** Only reads. */
  @Benchmark
  public Object fiveKeys_map() {
    return READ.invoke(map);
  }

  private static Keyword key(String name) {
    return Keyword.intern(null, name);
  }

  private record Message(HttpHeaders headers, Endpoints endpoints) implements RequestMessage {
    @Override
    public HttpMethod method() {
      return HttpMethod.GET;
    }

    @Override
    public String target() {
      return "/a/path?a=1";
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
