package weir.http.websocket;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import weir.browser.Chromium;
import weir.browser.Page;
import weir.http.HttpServer;
import weir.http.websocket.Servers.Threads;
import weir.net.tls.SelfSigned;
import weir.net.tls.Tls;

/** Chromium as the peer: it offers compression by itself. */
class BrowserPeerTest {

  private static final String SCRIPT =
      """
      (async () => {
        const open = () => new Promise((resolve, reject) => {
          const ws = new WebSocket(location.origin.replace('http', 'ws') + '/ws', ['a', 'b']);
          ws.binaryType = 'arraybuffer';
          ws.onopen = () => resolve(ws);
          ws.onerror = () => reject(new Error('not opened'));
        });
        const next = ws => new Promise(resolve => { ws.onmessage = m => resolve(m.data); });
        const closed = ws => new Promise(resolve => {
          ws.onclose = e => resolve(`${e.code} ${e.reason} ${e.wasClean}`);
        });
        const said = [];
        let ws = await open();
        said.push(ws.protocol, ws.extensions);
        for (const size of [0, 1, 126, 65536, 1 << 20]) {
          const data = new Uint8Array(size).map((_, i) => i * 31);
          ws.send(data);
          const back = new Uint8Array(await next(ws));
          said.push(back.length === size && back.every((b, i) => b === data[i]));
        }
        ws.send('Grüße 𝄞');
        said.push(await next(ws));
        ws.close(4000, 'enough');
        said.push(await closed(ws));
        for (const code of [1000, 1001, 1011, 4999]) {
          ws = await open();
          ws.send('close ' + code);
          said.push(await closed(ws));
        }
        return said.join('|');
      })()
      """;

  /** RFC 8441: the socket is a stream of the connection that has brought the page. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aBrowserIsServed(boolean http2) throws Exception {
    AcceptOptions options =
        new AcceptOptions(
                WebSocketConfig.builder()
                    .maxFrameBytes(2 << 20)
                    .maxMessageBytes(2 << 20)
                    .deflate(DeflateConfig.DEFAULT)
                    .build())
            .subProtocols(List.of("b"));
    Recorder echo =
        new Recorder() {
          @Override
          public void onText(WebSocket socket, String text) throws Exception {
            if (text.startsWith("close ")) {
              socket.close(Integer.parseInt(text.substring(6)), "as asked");
            } else {
              super.onText(socket, text);
            }
          }
        };
    HttpServer.Builder builder = HttpServer.builder();
    if (http2) { // alone, so that the socket cannot be one of HTTP/1.1
      builder
          .http2(h -> h.versions("h2"))
          .sslContext(Tls.server().key(SelfSigned.of("localhost")).alpn("h2").build());
    }
    try (HttpServer server = Servers.start(builder, Threads.WORKERS, options, echo);
        Chromium browser = Chromium.launch("--ignore-certificate-errors")) {
      String scheme = http2 ? "https" : "http";
      Page page = browser.open(scheme + "://localhost:" + server.port() + "/");
      assertEquals(
          "b|permessage-deflate|true|true|true|true|true|Grüße 𝄞|4000 enough true"
              + "|1000 as asked true|1001 as asked true|1011 as asked true|4999 as asked true",
          page.evaluate(SCRIPT));
      page.close();
    }
  }
}
