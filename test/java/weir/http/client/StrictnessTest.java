package weir.http.client;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static weir.http.client.Clients.assertNoneLeft;
import static weir.http.client.Clients.failureOf;

import io.netty.handler.codec.TooLongFrameException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import weir.deferred.Deferred;
import weir.http.BodyMode;
import weir.http.HttpClient;
import weir.http.HttpRequest;
import weir.http.Response;

/** What must not be taken for an answer, and what must not go on for ever. */
@Timeout(60)
class StrictnessTest {

  private static final String OK = "HTTP/1.1 200 OK\r\n";
  private static final String CHUNKED = OK + "Transfer-Encoding: chunked\r\n\r\n";

  private final HttpClient client = HttpClient.builder().build();

  @AfterEach
  void everySlotIsFreeAgain() throws Exception {
    assertNoneLeft(client);
  }

  private static Peer saying(String answer) throws IOException {
    return new Peer(
        with -> {
          with.head();
          with.say(answer);
          with.awaitClose();
        });
  }

  private Throwable failure(String answer) throws Exception {
    try (Peer peer = saying(answer)) {
      return fault(client.send(HttpRequest.get(peer.url()).as(BodyMode.BYTES).build()));
    }
  }

  /** What the client has found, not that we grew tired of waiting. */
  private static Throwable fault(Deferred<Response> response) throws Exception {
    Throwable failure = failureOf(response);
    assertFalse(failure instanceof TimeoutException, "it waits for more");
    return failure;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "HTTP/2.0 200 OK",
        "HTTP/0.9 200 OK",
        "HTTP/9.9 200 OK",
        "FTP/1.1 200 OK",
        "http/1.1 200 OK",
        "HTTP/1.1200 OK",
        "HTTP/1.1",
        "HTTP/1.1 099 Low",
        "HTTP/1.1 000 Zero",
        "HTTP/1.1 20 Short",
        "HTTP/1.1 1000 Long",
        "HTTP/1.1 -200 Minus",
        "HTTP/1.1 2x0 Odd",
        "HTTP/1.1 +20 Plus",
        "HTTP/1.1 200 bare\rCR",
        "HTTP/1.1 200 N\0UL"
      })
  void aStatusLineThatIsImpossibleIsAnError(String line) throws Exception {
    assertNotNull(failure(line + "\r\nContent-Length: 0\r\n\r\n"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "A : x",
        "A\t: x",
        "A b: x",
        "A\0: x",
        "\1A: x",
        "A(: x",
        ": x",
        "no colon",
        "A: x\ry",
        "A: x\0y",
        "A: x\r B: y",
        "A: x\u000by",
        "Content-Length: -1",
        "Content-Length: +1",
        "Content-Length: 1x",
        "Content-Length: 0x1",
        "Content-Length: 99999999999999999999",
        "Content-Length: 1\r\nContent-Length: 2",
        "Transfer-Encoding: gzip",
        "Transfer-Encoding: chunked, gzip",
        "Transfer-Encoding: chunked, chunked",
        "Transfer-Encoding: xchunked",
        "Transfer-Encoding: identity",
        "Transfer-Encoding: chunked\r\nContent-Length: 1"
      })
  void aFieldThatIsImpossibleIsAnError(String field) throws Exception {
    assertNotNull(failure(OK + field + "\r\n\r\n1\r\na\r\n0\r\n\r\n"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "x\r\na",
        "-1\r\na",
        "\r\na",
        "+1\r\na\r\n0\r\n\r\n",
        "0x1\r\na\r\n0\r\n\r\n",
        "FFFFFFFFFFFFFFFFF\r\na",
        "80000000\r\na",
        "1 2\r\na",
        "1\r\nab\r\n0\r\n\r\n",
        "1\r\na0\r\n\r\n",
        "1\na\r\n0\r\n\r\n",
        "1\r\na\r\n0\r\nA b: c\r\n\r\n",
        "1\r\na\r\n0\r\nA: x\0\r\n\r\n"
      })
  void aChunkThatIsImpossibleIsAnError(String body) throws Exception {
    assertNotNull(failure(CHUNKED + body));
  }

  // ---- without end

  /** Says something again and again until the client closes the connection. */
  private Throwable failureOfEndless(String start, String again) throws Exception {
    byte[] piece = again.repeat(50).getBytes(StandardCharsets.ISO_8859_1);
    try (Peer peer =
        new Peer(
            with -> {
              with.head();
              with.say(start);
              for (; ; ) {
                with.out.write(piece);
              }
            })) {
      return fault(client.send(HttpRequest.get(peer.url()).as(BodyMode.BYTES).build()));
    }
  }

  @Test
  void interimResponsesWithoutEndAreAnError() throws Exception {
    assertNotNull(failureOfEndless("", "HTTP/1.1 100 Continue\r\n\r\n"));
    assertNotNull(failureOfEndless("", "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"));
  }

  @Test
  void aStatusLineWithoutEndIsAnError() throws Exception {
    assertInstanceOf(TooLongFrameException.class, failureOfEndless("HTTP/1.1 200 ", "OK "));
  }

  @Test
  void emptyLinesWithoutEndAreAnError() throws Exception {
    assertNotNull(failureOfEndless("", "\r\n"));
  }

  @Test
  void fieldsWithoutEndAreAnError() throws Exception {
    assertInstanceOf(TooLongFrameException.class, failureOfEndless(OK, "A: b\r\n"));
    assertInstanceOf(TooLongFrameException.class, failureOfEndless(OK + "A: ", "b"));
    assertInstanceOf(TooLongFrameException.class, failureOfEndless(OK, "a"));
    assertInstanceOf(TooLongFrameException.class, failureOfEndless(OK + "A: b\r\n", " folded\r\n"));
  }

  @Test
  void chunkExtensionsWithoutEndAreAnError() throws Exception {
    assertInstanceOf(TooLongFrameException.class, failureOfEndless(CHUNKED + "1;", "a=b;"));
    assertInstanceOf(TooLongFrameException.class, failureOfEndless(CHUNKED, "0"));
  }

  @Test
  void trailersWithoutEndAreAnError() throws Exception {
    assertInstanceOf(
        TooLongFrameException.class, failureOfEndless(CHUNKED + "1\r\na\r\n0\r\n", "A: b\r\n"));
    assertInstanceOf(
        TooLongFrameException.class, failureOfEndless(CHUNKED + "1\r\na\r\n0\r\nA: ", "b"));
  }
}
