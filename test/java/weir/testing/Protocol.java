package weir.testing;

import java.io.IOException;
import weir.http.HttpServer;

/**
 * The versions of HTTP that a test of a server's features runs over; see {@link OverBothVersions}.
 */
public enum Protocol {
  HTTP_1_1("HTTP/1.1") {
    @Override
    public HttpServer.Builder server() {
      return HttpServer.builder();
    }

    @Override
    public RawClient client(int port) throws IOException {
      return new RawClient(port);
    }
  },

  HTTP_2("HTTP/2") {
    @Override
    public HttpServer.Builder server() {
      return HttpServer.builder().http2(h -> h.versions("h2", "http/1.1").cleartext(true));
    }

    @Override
    public RawClient client(int port) throws IOException {
      return new Http2RawClient(port);
    }
  };

  private final String name;

  Protocol(String name) {
    this.name = name;
  }

  /** Returns the builder of a server that speaks this version without TLS. */
  public abstract HttpServer.Builder server();

  /** Connects a client that speaks it. */
  public abstract RawClient client(int port) throws IOException;

  @Override
  public String toString() {
    return name;
  }
}
