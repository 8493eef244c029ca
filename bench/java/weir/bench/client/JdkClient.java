package weir.bench.client;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;

/** The JDK's client: {@code JdkClient URL IN_FLIGHT}. */
public final class JdkClient {

  private JdkClient() {}

  /** Serves the measuring script. */
  public static void main(String[] args) throws IOException, InterruptedException {
    HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    HttpRequest request = HttpRequest.newBuilder(URI.create(args[0])).build();
    Load.serve(
        (answered, failed) ->
            client
                .sendAsync(request, BodyHandlers.ofString())
                .whenComplete(
                    (response, t) -> {
                      if (t == null) {
                        answered.run();
                      } else {
                        failed.accept(t);
                      }
                    }),
        Integer.parseInt(args[1]));
  }
}
