package weir.bench.client;

import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import java.io.IOException;
import java.net.URI;

/** Vert.x's client on its native transport: {@code VertxClient URL IN_FLIGHT}. */
public final class VertxClient {

  private VertxClient() {}

  /** Serves the measuring script. */
  public static void main(String[] args) throws IOException, InterruptedException {
    URI uri = URI.create(args[0]);
    int inFlight = Integer.parseInt(args[1]);
    Vertx vertx = Vertx.vertx(new VertxOptions().setPreferNativeTransport(true));
    HttpClient client =
        vertx.createHttpClient(new PoolOptions().setHttp1MaxSize(inFlight));
    Load.serve(
        (answered, failed) ->
            client
                .request(HttpMethod.GET, uri.getPort(), uri.getHost(), uri.getPath())
                .compose(HttpClientRequest::send)
                .compose(response -> response.body())
                .map(Buffer::toString)
                .onSuccess(body -> answered.run())
                .onFailure(failed::accept),
        inFlight);
  }
}
