package weir.http.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import clojure.lang.Keyword;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import weir.http.HeaderCase;
import weir.http.HeaderFields;
import weir.http.HeaderName;
import weir.http.HttpServer;
import weir.http.Reply;
import weir.http.ResponseHead;
import weir.http.RingRequest;
import weir.testing.RawClient;

/** Connections that leave HTTP, with handlers on the event loop and on workers. */
class TakeoverTest {

  private static final Keyword EXCHANGE = Keyword.intern("weir", "exchange");
  private static final ResponseHead SWITCHING = switching();
  private static final String UPGRADE =
      "GET /up HTTP/1.1\r\nHost: test\r\nConnection: upgrade\r\nUpgrade: echo\r\n\r\n";

  private static ResponseHead switching() {
    HeaderFields fields = new HeaderFields();
    fields.add(HeaderName.of("upgrade"), "echo");
    fields.add(HeaderName.of("connection"), "upgrade");
    return new ResponseHead(101, fields, HeaderCase.AS_GIVEN);
  }

  private final AtomicReference<Throwable> lost = new AtomicReference<>();
  private final CompletableFuture<List<String>> left = new CompletableFuture<>();

  /** Sends back every byte. */
  private final class Echo extends ChannelInboundHandlerAdapter implements Takeover {
    @Override
    public void taken(Channel channel) {
      channel.pipeline().addLast("echo", this);
      channel.eventLoop().execute(() -> left.complete(channel.pipeline().names()));
    }

    @Override
    public void lost(Throwable cause) {
      lost.set(cause);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object msg) {
      assertTrue(msg instanceof ByteBuf, () -> "got " + msg);
      ctx.writeAndFlush(msg);
    }
  }

  private Object handle(RingRequest request) {
    if (request.path().equals("/up")) {
      Upgradable exchange = (Upgradable) request.valAt(EXCHANGE);
      assertTrue(exchange.claim());
      assertFalse(exchange.claim());
      exchange.takeOver(SWITCHING, new Echo());
      return Reply.text("ignored");
    }
    return Reply.text(request.path());
  }

  private HttpServer start(boolean onLoop) {
    HttpServer.Builder builder = HttpServer.builder().port(0).eventLoopThreads(1);
    builder.application(new JavaApplication(request -> handle((RingRequest) request)));
    return onLoop ? builder.onEventLoop().start() : builder.start();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void bytesThatCameWithTheRequestAreForTheNextProtocol(boolean onLoop) throws Exception {
    try (HttpServer server = start(onLoop);
        RawClient client = new RawClient(server.port())) {
      client.send("GET /a HTTP/1.1\r\nHost: test\r\n\r\n" + UPGRADE + "GET /b HTTP/1.1\r\n\r\n");
      assertEquals("/a", client.read().text());
      assertEquals(101, client.read().status());
      assertEquals("GET /b HTTP/1.1\r\n", client.readHead());
      assertEquals(
          List.of("echo", "DefaultChannelPipeline$TailContext#0"), left.get(20, TimeUnit.SECONDS));
      client.send("more\r\n\r\n");
      assertEquals("more\r\n", client.readHead());
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void requestsBehindAnUpgradeThatWasNotTakenAreServed(boolean onLoop) throws Exception {
    try (HttpServer server = start(onLoop);
        RawClient client = new RawClient(server.port())) {
      String asked = UPGRADE.replace("/up", "/no");
      client.send(asked + asked + "GET /last HTTP/1.1\r\nHost: test\r\n\r\n");
      assertEquals("/no", client.read().text());
      assertEquals("/no", client.read().text());
      assertEquals("/last", client.read().text());
      client.get("/again");
      assertEquals("/again", client.read().text());
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void theBodyOfTheRequestIsNotForTheNextProtocol(boolean onLoop) throws Exception {
    try (HttpServer server = start(onLoop);
        RawClient client = new RawClient(server.port())) {
      String head = UPGRADE.replace("\r\n\r\n", "\r\nContent-Length: 4\r\n\r\n");
      client.send(head + "bodynext\r\n\r\n");
      assertEquals(101, client.read().status());
      assertEquals("next\r\n", client.readHead());
    }
  }
}
