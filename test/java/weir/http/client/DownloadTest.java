package weir.http.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static weir.http.client.Clients.assertNoneLeft;
import static weir.http.client.Clients.failureOf;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import weir.deferred.Deferred;
import weir.http.Download;
import weir.http.ErrorStatusException;
import weir.http.HttpClient;
import weir.http.HttpRequest;
import weir.http.ProgressBar;

@Timeout(60)
class DownloadTest {

  @TempDir private Path folder;
  private final HttpClient client = HttpClient.builder().build();
  private final List<String> heads = new CopyOnWriteArrayList<>();

  @AfterEach
  void everySlotIsFreeAgain() throws Exception {
    assertNoneLeft(client);
  }

  private Path target() {
    return folder.resolve("file");
  }

  private Path part() {
    return folder.resolve("file.part");
  }

  private Download download(Peer peer) {
    return Download.of(client, HttpRequest.get(peer.url()).build(), target());
  }

  /** Gives one answer on each connection, in turn, and closes it. */
  private Peer saying(String... answers) throws IOException {
    return new Peer(
        with -> {
          heads.add(with.head().toLowerCase(java.util.Locale.ROOT));
          with.say("HTTP/1.1 " + answers[with.number - 1]);
        });
  }

  private void assertFetched(Deferred<Path> fetched, String content) throws Exception {
    assertEquals(target(), fetched.await(20, TimeUnit.SECONDS));
    assertEquals(content, Files.readString(target()));
    try (var files = Files.list(folder)) {
      assertEquals(List.of(target()), files.toList());
    }
  }

  private void assertCutShort(Peer peer) throws Exception {
    assertInstanceOf(IOException.class, failureOf(download(peer).start()));
    assertFalse(Files.exists(target()));
    assertEquals("01234", Files.readString(part()));
  }

  @Test
  void theTargetIsReplacedAtOnce() throws Exception {
    Files.writeString(target(), "old");
    List<Long> seen = new CopyOnWriteArrayList<>();
    try (Peer peer = saying("200 OK\r\nContent-Length: 10\r\n\r\n0123456789")) {
      Deferred<Path> fetched =
          download(peer).onProgress((bytes, total) -> seen.add(bytes * 100 + total)).start();
      assertFetched(fetched, "0123456789");
    }
    assertEquals(10L, seen.get(0));
    assertEquals(1010L, seen.get(seen.size() - 1));
  }

  @Test
  void whatWasCutShortGoesOnWhereItEnded() throws Exception {
    try (Peer peer =
        saying(
            "200 OK\r\nETag: \"v1\"\r\nContent-Length: 1000000\r\n\r\n01234",
            "206 Partial\r\nETag: \"v1\"\r\nContent-Range: bytes 5-9/10\r\n"
                + "Content-Length: 5\r\n\r\n56789")) {
      assertCutShort(peer);
      assertFetched(download(peer).start(), "0123456789");
      assertFalse(heads.get(0).contains("range"));
      assertTrue(heads.get(1).contains("range: bytes=5-\r\nif-range: \"v1\"\r\n"));
    }
  }

  @Test
  void aFileThatHasChangedBeginsAnew() throws Exception {
    try (Peer peer =
        saying(
            "200 OK\r\nLast-Modified: Mon\r\nContent-Length: 1000000\r\n\r\n01234",
            "200 OK\r\nContent-Length: 3\r\n\r\nnew")) {
      assertCutShort(peer);
      assertFetched(download(peer).start(), "new");
    }
  }

  @Test
  void nothingGoesOnWithoutAValidatorOrWhenItIsNotWanted() throws Exception {
    try (Peer peer =
        saying(
            "200 OK\r\nETag: W/\"weak\"\r\nContent-Length: 1000000\r\n\r\n01234",
            "200 OK\r\nETag: \"v\"\r\nContent-Length: 1000000\r\n\r\n01234",
            "200 OK\r\nContent-Length: 3\r\n\r\nnew")) {
      assertCutShort(peer);
      assertCutShort(peer);
      assertFetched(download(peer).resume(false).start(), "new");
      assertTrue(heads.stream().noneMatch(head -> head.contains("range:")));
    }
  }

  @Test
  void aRangeThatIsNoneIsFetchedAsAWhole() throws Exception {
    try (Peer peer =
        saying(
            "200 OK\r\nETag: \"v1\"\r\nContent-Length: 1000000\r\n\r\n01234",
            "416 No\r\nContent-Range: bytes */3\r\nContent-Length: 0\r\n\r\n",
            "200 OK\r\nContent-Length: 3\r\n\r\nnew")) {
      assertCutShort(peer);
      assertFetched(download(peer).start(), "new");
    }
  }

  @Test
  void anotherRangeThanTheOneAskedForIsAFailure() throws Exception {
    try (Peer peer =
        saying(
            "200 OK\r\nETag: \"v1\"\r\nContent-Length: 1000000\r\n\r\n01234",
            "206 Partial\r\nContent-Range: bytes 4-9/10\r\nContent-Length: 5\r\n\r\n56789")) {
      assertCutShort(peer);
      assertInstanceOf(IOException.class, failureOf(download(peer).start()));
      assertEquals("01234", Files.readString(part()));
    }
  }

  @Test
  void anErrorStatusLeavesNothing() throws Exception {
    try (Peer peer = saying("404 No\r\nContent-Length: 2\r\n\r\nno")) {
      assertInstanceOf(ErrorStatusException.class, failureOf(download(peer).start()));
      try (var files = Files.list(folder)) {
        assertEquals(0, files.count());
      }
    }
  }

  @Test
  void cancellingStopsItAndTwoDoNotWriteTheSameFile() throws Exception {
    CountDownLatch writing = new CountDownLatch(1);
    CountDownLatch closed = new CountDownLatch(1);
    try (Peer peer =
        new Peer(
            with -> {
              with.head();
              with.say("HTTP/1.1 200 OK\r\nETag: \"v\"\r\nContent-Length: 1000000\r\n\r\n01234");
              with.awaitClose();
              closed.countDown();
            })) {
      Deferred<Path> first =
          download(peer)
              .onProgress(
                  (bytes, total) -> {
                    if (bytes > 0) {
                      writing.countDown();
                    }
                  })
              .start();
      assertTrue(writing.await(20, TimeUnit.SECONDS));
      Throwable second = failureOf(download(peer).resume(false).start());
      assertTrue(second.getMessage().contains("another download"), second.getMessage());
      first.error(new CancellationException());
      assertTrue(closed.await(20, TimeUnit.SECONDS));
    }
  }

  @Test
  void theBarTellsShareSizeAndRate() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ProgressBar bar = new ProgressBar("f", new PrintStream(out, true));
    bar.moved(0, 2_000_000);
    bar.moved(2_000_000, 2_000_000);
    String drawn = out.toString();
    assertTrue(drawn.startsWith("\rf [>"), drawn);
    assertTrue(drawn.contains("=] 100% 2.0 MB "), drawn);
    assertTrue(drawn.endsWith(System.lineSeparator()), drawn);
  }
}
