package weir.http.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static weir.testing.Grpc.message;
import static weir.testing.Grpc.method;
import static weir.testing.Grpc.read;

import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import weir.http.HttpServer;
import weir.http.Reply;
import weir.http.Request;
import weir.stream.Stream;

/** gRPC through the plain API, with grpc-java as the foreign client. */
@Timeout(60)
class GrpcServerTest {

  private HttpServer server;
  private ManagedChannel channel;

  @BeforeEach
  void serve() throws Exception {
    server =
        HttpServer.builder()
            .port(0)
            .threadPrefix("test-grpc-server")
            .daemon(true)
            .http2(h -> h.versions("h2", "http/1.1").cleartext(true))
            .handler(GrpcServerTest::handle)
            .start();
    channel = NettyChannelBuilder.forAddress("localhost", server.port()).usePlaintext().build();
  }

  @AfterEach
  void stop() throws Exception {
    channel.shutdownNow().awaitTermination(20, TimeUnit.SECONDS);
    server.close();
  }

  private static Reply handle(Request request) throws IOException {
    Reply ok = Reply.of(200).header("content-type", "application/grpc");
    DataInputStream in = new DataInputStream((InputStream) request.body());
    switch (request.path()) {
      case "/test.Echo/Say" -> {
        String text = read(in);
        return text.equals("bad")
            ? ok.header("grpc-status", "3").header("grpc-message", "no good")
            : ok.body(message("you say " + text)).trailers(Map.of("grpc-status", "0"));
      }
      case "/test.Echo/Chat" -> {
        Stream<Object> out = Stream.<Object>builder().build();
        Thread chat = new Thread(() -> chat(in, out), "test-chat");
        chat.setDaemon(true);
        chat.start();
        return ok.body(out).trailers(Map.of("grpc-status", "0"));
      }
      default -> {
        return Reply.of(404);
      }
    }
  }

  private static void chat(DataInputStream in, Stream<Object> out) {
    try (in) {
      for (String text = read(in); text != null; text = read(in)) {
        out.put(message("you say " + text));
      }
      out.close();
    } catch (IOException e) {
      out.fail(e);
    }
  }

  private String say(String text) {
    return ClientCalls.blockingUnaryCall(
        channel, method("Say", MethodDescriptor.MethodType.UNARY), CallOptions.DEFAULT, text);
  }

  @Test
  void aUnaryCallIsAnswered() {
    for (int i = 0; i < 100; i++) {
      assertEquals("you say " + i, say("" + i));
    }
    String large = "x".repeat(1_000_000);
    assertEquals("you say " + large, say(large));
  }

  @Test
  void aFailureIsTold() {
    StatusRuntimeException e = assertThrows(StatusRuntimeException.class, () -> say("bad"));
    assertEquals(Status.Code.INVALID_ARGUMENT, e.getStatus().getCode());
    assertEquals("no good", e.getStatus().getDescription());
  }

  @Test
  void aStreamingCallGoesBothWaysAtOnce() throws Exception {
    BlockingQueue<String> heard = new LinkedBlockingQueue<>();
    StreamObserver<String> listener =
        new StreamObserver<>() {
          @Override
          public void onNext(String text) {
            heard.add(text);
          }

          @Override
          public void onError(Throwable t) {
            heard.add("failed: " + t);
          }

          @Override
          public void onCompleted() {
            heard.add("done");
          }
        };
    StreamObserver<String> to =
        ClientCalls.asyncBidiStreamingCall(
            channel.newCall(
                method("Chat", MethodDescriptor.MethodType.BIDI_STREAMING), CallOptions.DEFAULT),
            listener);
    for (int i = 0; i < 100; i++) {
      to.onNext("" + i);
      assertEquals("you say " + i, heard.poll(20, TimeUnit.SECONDS));
    }
    to.onCompleted();
    assertEquals("done", heard.poll(20, TimeUnit.SECONDS));
  }
}
