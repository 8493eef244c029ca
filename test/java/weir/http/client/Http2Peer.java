package weir.http.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static weir.http.client.Clients.assertNoneLeft;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import weir.deferred.Deferred;
import weir.http.BodyMode;
import weir.http.HttpClient;
import weir.http.HttpRequest;
import weir.http.Response;
import weir.http.client.FrameServer.Conversation;
import weir.http.client.FrameServer.Request;
import weir.http.client.FrameServer.Script;

/** What tests of HTTP/2 against a server of bare frames have in common. */
@Timeout(60)
abstract class Http2Peer {

  private final List<HttpClient> clients = new ArrayList<>();
  FrameServer server;
  HttpClient client = of(HttpClient.builder());

  @AfterEach
  void everySlotIsFreeAgain() throws Exception {
    for (HttpClient each : clients) {
      assertNoneLeft(each);
    }
    server.close();
    assertEquals(List.of(), server.failures());
  }

  HttpClient of(HttpClient.Builder builder) {
    HttpClient made = builder.priorKnowledge(true).build();
    clients.add(made);
    return made;
  }

  void serve(Script script) throws IOException {
    server = new FrameServer(script);
  }

  HttpRequest.Builder request() {
    return HttpRequest.get(server.url()).as(BodyMode.STRING);
  }

  Deferred<Response> send() {
    return client.send(request().build());
  }

  static void answerAll(Conversation with, String body) throws Exception {
    for (Request r = with.request(); r != null; r = with.request()) {
      with.answer(r.stream(), body);
    }
  }
}
