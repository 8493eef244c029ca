package weir.http.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static weir.http.client.Clients.assertNoneLeft;
import static weir.http.client.Clients.get;
import static weir.testing.Grpc.message;
import static weir.testing.Grpc.method;
import static weir.testing.Grpc.read;

import clojure.lang.Keyword;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.InputStream;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import weir.deferred.Deferred;
import weir.http.BodyMode;
import weir.http.Headers;
import weir.http.HttpClient;
import weir.http.HttpRequest;
import weir.http.Response;
import weir.stream.Stream;

/** gRPC through the plain API, with grpc-java as the foreign server. */
@Timeout(60)
class GrpcTest {

  private final HttpClient client = HttpClient.builder().priorKnowledge(true).build();
  private Server server;

  @BeforeEach
  void serve() throws Exception {
    server =
        NettyServerBuilder.forPort(0)
            .addService(
                ServerServiceDefinition.builder("test.Echo")
                    .addMethod(
                        method("Say", MethodDescriptor.MethodType.UNARY),
                        ServerCalls.asyncUnaryCall(GrpcTest::say))
                    .addMethod(
                        method("Chat", MethodDescriptor.MethodType.BIDI_STREAMING),
                        ServerCalls.asyncBidiStreamingCall(GrpcTest::chat))
                    .build())
            .build()
            .start();
  }

  private static void say(String text, StreamObserver<String> to) {
    if (text.equals("bad")) {
      to.onError(Status.INVALID_ARGUMENT.withDescription("no good").asException());
      return;
    }
    to.onNext("you say " + text);
    to.onCompleted();
  }

  private static StreamObserver<String> chat(StreamObserver<String> to) {
    return new StreamObserver<>() {
      @Override
      public void onNext(String text) {
        to.onNext("you say " + text);
      }

      @Override
      public void onError(Throwable t) {
        // the caller has gone
      }

      @Override
      public void onCompleted() {
        to.onCompleted();
      }
    };
  }

  @AfterEach
  void everySlotIsFreeAgain() throws Exception {
    assertNoneLeft(client);
    server.shutdownNow().awaitTermination(20, TimeUnit.SECONDS);
  }

  private HttpRequest.Builder call(String name, Object body) {
    return HttpRequest.builder()
        .method("POST")
        .url("http://localhost:" + server.getPort() + "/test.Echo/" + name)
        .header("content-type", "application/grpc")
        .header("te", "trailers")
        .body(body);
  }

  @SuppressWarnings("unchecked") // a response is a map of anything
  private static Headers trailers(Response response) throws Exception {
    Object trailers = ((Map<Object, Object>) response).get(Keyword.intern("trailers"));
    return ((Deferred<Headers>) trailers).await(20, TimeUnit.SECONDS);
  }

  @Test
  void aUnaryCallHasItsStatusInTheTrailers() throws Exception {
    Response response = get(client.send(call("Say", message("hello")).as(BodyMode.BYTES).build()));
    assertEquals("application/grpc", response.headers().get("content-type"));
    byte[] body = (byte[]) response.body();
    assertEquals("you say hello", read(new DataInputStream(new ByteArrayInputStream(body))));
    assertEquals("0", trailers(response).get("grpc-status"));
  }

  /** What gRPC calls "trailers only" is a response of a head alone. */
  @Test
  void aFailureIsTold() throws Exception {
    Response response = get(client.send(call("Say", message("bad")).as(BodyMode.BYTES).build()));
    assertEquals(0, ((byte[]) response.body()).length);
    String status = response.headers().get("grpc-status");
    assertEquals("3", status == null ? trailers(response).get("grpc-status") : status);
  }

  @Test
  void aStreamingCallGoesBothWaysAtOnce() throws Exception {
    Stream<Object> out = Stream.<Object>builder().build();
    out.put(message("0"));
    Response response = get(client.send(call("Chat", out).build()));
    try (DataInputStream in = new DataInputStream((InputStream) response.body())) {
      for (int i = 0; i < 100; i++) {
        assertEquals("you say " + i, read(in));
        out.put(message(Integer.toString(i + 1)));
      }
      assertEquals("you say 100", read(in));
      out.close();
      assertEquals(-1, in.read());
    }
    assertEquals("0", trailers(response).get("grpc-status"));
  }
}
