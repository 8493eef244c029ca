package weir.http.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import weir.browser.Chromium;
import weir.browser.Page;
import weir.http.HttpServer;
import weir.http.Reply;
import weir.http.Request;
import weir.net.tls.SelfSigned;
import weir.net.tls.Tls;
import weir.testing.Program;

/** Foreign clients of HTTP/2: curl, nghttp and h2load of nghttp2, hyper-h2 of Python, and Chromium. */
class Http2PeersTest {

  private HttpServer server;

  @AfterEach
  void stop() throws InterruptedException {
    server.shutdown(Duration.ZERO).await();
  }

  private void serve(boolean tls) throws Exception {
    HttpServer.Builder builder =
        HttpServer.builder()
            .port(0)
            .http2(h -> h.versions("h2", "http/1.1").cleartext(!tls))
            .handler(
                r ->
                    switch (r.path()) {
                      case "/count" ->
                          Reply.text("" + ((InputStream) r.body()).readAllBytes().length);
                      case "/echo" -> Reply.of(200).body(r.body());
                      case "/sum" -> Reply.text(sumBehind(r));
                      case "/page" -> Reply.of(200).header("content-type", "text/html").body("<p>");
                      case "/trailers" -> Reply.text("body").trailers(Map.of("x", "y"));
                      default -> Reply.text(r.protocol() + " " + r.scheme());
                    });
    if (tls) {
      builder.sslContext(
          Tls.server().key(SelfSigned.of("localhost")).alpn("h2", "http/1.1").build());
    }
    server = builder.start();
  }

  private static String sumBehind(Request request) throws Exception {
    ((InputStream) request.body()).readAllBytes();
    return request.trailers().await(20, TimeUnit.SECONDS).get("x-sum");
  }

  private String url(boolean tls, String path) {
    return (tls ? "https" : "http") + "://localhost:" + server.port() + path;
  }

  private String curl(boolean tls, String path, String... options) throws Exception {
    List<String> command = new ArrayList<>(List.of("curl", "-sSk", "--max-time", "20"));
    command.addAll(List.of(options));
    command.add(url(tls, path));
    return Program.run("", command);
  }

  @ParameterizedTest
  @CsvSource({
    "false, --http2, HTTP/2.0 http",
    "false, --http2-prior-knowledge, HTTP/2.0 http",
    "false, --http1.1, HTTP/1.1 http",
    "true, --http2, HTTP/2.0 https",
    "true, --http1.1, HTTP/1.1 https"
  })
  void curlSpeaksTheVersionItWants(boolean tls, String option, String expected) throws Exception {
    serve(tls);
    assertEquals(expected, curl(tls, "/", option));
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void curlUploads(boolean tls, @TempDir Path folder) throws Exception {
    serve(tls);
    Path file = Files.write(folder.resolve("f"), new byte[5_000_000]);
    String option = tls ? "--http2" : "--http2-prior-knowledge";
    assertEquals("5000000", curl(tls, "/count", option, "-T", file.toString()));
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void curlIsToldThatItsHeaderIsTooLarge(boolean tls) throws Exception {
    serve(tls);
    String version = tls ? "--http2" : "--http2-prior-knowledge";
    String told = "%{http_version} %{http_code}";
    String field = "x: " + "y".repeat(9000);
    assertEquals("2 431", curl(tls, "/", version, "-w", told, "-H", field));
  }

  @Test
  void nghttpIsToldThatItsHeaderIsTooLargeAndGoesOn() throws Exception {
    serve(false);
    List<String> command =
        List.of(
            "nghttp",
            "-v",
            "--no-dep",
            "-H",
            "x: " + "y".repeat(9000),
            url(false, "/"),
            url(false, "/count"));
    String output = Program.run("", command);
    assertEquals(2, output.split(":status: 431", -1).length - 1, output);
    assertFalse(output.contains("recv GOAWAY"), output);
  }

  @Test
  void nghttpSeesTheTrailersAndAGoodEnd() throws Exception {
    serve(false);
    String output = Program.run("", List.of("nghttp", "-v", "--no-dep", url(false, "/trailers")));
    assertTrue(output.contains("x: y"), output);
    assertFalse(output.contains("RST_STREAM"), output);
  }

  @Test
  void nghttpUpgrades() throws Exception {
    serve(false);
    assertTrue(Program.run("", List.of("nghttp", "-u", url(false, "/"))).contains("HTTP/2.0 http"));
  }

  private static void assertAllSucceeded(String output, int n) {
    assertTrue(output.contains(n + " succeeded, 0 failed, 0 errored, 0 timeout"), output);
  }

  @Test
  void h2loadMeetsNoError() throws Exception {
    serve(false);
    List<String> command =
        List.of("h2load", "-c", "16", "-m", "100", "-n", "20000", url(false, "/"));
    assertAllSucceeded(Program.run("", command), 20_000);
  }

  /** Nothing is lost between the choice of a version and the codec. */
  @ParameterizedTest
  @CsvSource({"false, 2000", "true, 500"})
  void freshConnectionsWithOneRequestEachLoseNone(boolean tls, int n) throws Exception {
    serve(tls);
    String all = String.valueOf(n);
    String rate = String.valueOf(n / 4);
    List<String> command = List.of("h2load", "-n", all, "-c", all, "-r", rate, url(tls, "/"));
    assertAllSucceeded(Program.run("", command), n);
  }

  @Test
  void hyperH2OfPythonFindsNoFault() throws Exception {
    serve(true);
    assertEquals(
        """
        get: 200 HTTP/2.0 https
        head: 200\s
        upload: 200 3000000
        echo: 200 300000 bytes
        trailers: 200 body x=y
        sent trailers: 200 7
        at once: 100
        """,
        Program.run(
            "",
            List.of(
                "/usr/bin/python3", "test/python/h2_client.py", String.valueOf(server.port()))));
  }

  private static final String IN_THE_BROWSER =
      """
      (async () => {
        const bytes = new Uint8Array(3_000_000).map((_, i) => i * 31);
        const post = body => ({method: 'POST', body});
        const back = new Uint8Array(await (await fetch('/echo', post(bytes))).arrayBuffer());
        const same = back.length === bytes.length && back.every((b, i) => b === bytes[i]);
        const count = await (await fetch('/count', post(bytes))).text();
        const many = await Promise.all(
            Array.from({length: 100}, (_, i) => fetch('/?' + i).then(r => r.text())));
        const versions = performance.getEntries()
            .map(e => e.nextHopProtocol)
            .filter(v => v !== undefined);
        return [same, count, many.every(t => t === 'HTTP/2.0 https'),
                versions.length > 100, versions.every(v => v === 'h2')].join(' ');
      })()
      """;

  @Test
  void chromiumSpeaksHttp2() throws Exception {
    serve(true);
    try (Chromium browser = Chromium.launch("--ignore-certificate-errors")) {
      Page page = browser.open(url(true, "/page"));
      assertEquals("true 3000000 true true true", page.evaluate(IN_THE_BROWSER));
      page.close();
    }
  }
}
