package weir.bench.client;

import java.io.IOException;
import weir.http.BodyMode;
import weir.http.HttpClient;
import weir.http.HttpRequest;

/** Weir's Java client: {@code WeirClient URL IN_FLIGHT [loop]}, with callbacks on the event loop. */
public final class WeirClient {

  private WeirClient() {}

  /** Serves the measuring script. */
  public static void main(String[] args) throws IOException, InterruptedException {
    int inFlight = Integer.parseInt(args[1]);
    HttpClient.Builder builder = HttpClient.builder().connectionsPerHost(inFlight);
    if (args.length > 2) {
      builder.onEventLoop();
    }
    HttpClient client = builder.build();
    HttpRequest request = HttpRequest.get(args[0]).as(BodyMode.STRING).build();
    Load.serve(
        (answered, failed) ->
            client
                .send(request)
                .whenComplete(
                    (response, t) -> {
                      if (t == null) {
                        answered.run();
                      } else {
                        failed.accept(t);
                      }
                    }),
        inFlight);
  }
}
