package weir.browser;

import static org.junit.jupiter.api.Assertions.assertEquals;

import clojure.java.api.Clojure;
import clojure.lang.Atom;
import clojure.lang.PersistentVector;
import io.netty.channel.Channel;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import weir.http.HttpServer;

/** Server-sent events of {@code weir.sse} in a real browser, which comes back by itself. */
class EventStreamTest {

  @Test
  void aBrowserComesBackAfterAnEndAndAfterACutWithoutLossOrRepetition() {
    Clojure.var("clojure.core", "require").invoke(Clojure.read("weir.sse-page"));
    Atom visits = new Atom(PersistentVector.EMPTY);
    Atom toCut = new Atom(null);
    HttpServer server = (HttpServer) Clojure.var("weir.sse-page", "start").invoke(visits, toCut);
    try (Chromium browser = Chromium.launch()) {
      Page page = browser.open("http://localhost:" + server.port() + "/");
      page.await("seen.length == 6");
      ((Channel) toCut.deref()).close();
      page.await("seen.length == 9");
      for (int i = 0; i < 9; i++) {
        int id = i + 1;
        assertEquals(id + ":line " + id + "\nü", page.evaluate("seen[" + i + "]"));
      }
      assertEquals(Arrays.asList(null, "3", "6"), visits.deref());
      page.close();
    } finally {
      server.close();
    }
  }
}
