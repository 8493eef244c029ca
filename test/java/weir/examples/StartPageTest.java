package weir.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import clojure.java.api.Clojure;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import weir.browser.Chromium;
import weir.browser.Page;
import weir.http.HttpServer;

/** The start page of {@code make run} in a real browser. */
class StartPageTest {

  private static final int UPLOAD_BYTES = 5_000_000;

  private static HttpServer server;
  private static Chromium browser;

  private Page page;

  @BeforeAll
  static void start() {
    Clojure.var("clojure.core", "require").invoke(Clojure.read("start-page"));
    server = (HttpServer) Clojure.var("start-page", "start").invoke(0);
    browser = Chromium.launch();
  }

  @AfterAll
  static void stop() {
    try {
      if (browser != null) {
        browser.close();
      }
    } finally {
      if (server != null) {
        server.close();
      }
    }
  }

  @BeforeEach
  void open() {
    page = browser.open(origin() + "/");
  }

  @AfterEach
  void closeAPageWithoutErrors() {
    List<String> errors = page.errors();
    page.close();
    assertEquals(List.of(), errors);
  }

  private static String origin() {
    return "http://localhost:" + server.port();
  }

  @Test
  void helloAnswers() {
    page.click("#hello button");
    awaitAnswer("hello");
    assertEquals("Hello from Weir!", page.text("#hello output"));
  }

  @Test
  void echoShowsMethodHeadersAndBodyAsTheHandlerSawThem() {
    page.fill("#echo input", "Grüße, \"Wehr\"");
    page.click("#echo button");
    awaitAnswer("echo");
    String echo = page.text("#echo output");
    assertTrue(echo.startsWith("{:request-method :post,\n :uri \"/echo\","), echo);
    assertTrue(echo.contains("\"host\" \"localhost:" + server.port() + "\""), echo);
    assertTrue(echo.contains(":body \"Grüße, \\\"Wehr\\\"\"}"), echo);
  }

  @Test
  void clockTicksUntilItIsStoppedAndTicksAgain() {
    page.await("document.querySelector('#clock .hint').textContent == 'connected, event 2'");
    assertTrue(page.text("#clock .time").matches("\\d\\d:\\d\\d:\\d\\d"));
    page.click("#clock .toggle");
    page.await("document.querySelector('#clock .hint').textContent.startsWith('stopped')");
    assertEquals("Start", page.text("#clock .toggle"));
    page.click("#clock .toggle");
    page.await("document.querySelector('#clock .hint').textContent == 'connected, event 1'");
  }

  @Test
  void uploadOfAFileAnswersWithItsSizeAndDigest(@TempDir Path folder) throws Exception {
    byte[] content = new byte[UPLOAD_BYTES];
    new Random(1).nextBytes(content);
    Path file = Files.write(folder.resolve("random"), content);
    recordProgress();
    page.chooseFile("#upload input", file);
    page.click("#upload button[type=submit]");
    awaitAnswer("upload");
    assertEquals(uploaded(content), page.text("#upload output"));
    assertEquals(List.of("0", "1"), page.evaluate("[progress.at(0), progress.at(-1)]"));
  }

  @Test
  void uploadNeedsNoFile() throws Exception {
    page.click("#upload .sample");
    awaitAnswer("upload");
    assertEquals(uploaded(new byte[32 * 1024 * 1024]), page.text("#upload output"));
  }

  @Test
  void uploadAsksForAFile() {
    page.click("#upload button[type=submit]");
    page.await("document.querySelector('#upload output').className == 'failed'");
    assertEquals("Choose a file first.", page.text("#upload output"));
  }

  @Test
  void laterWaitsForTheDeferred() {
    page.evaluate(
        "window.texts = [];"
            + " new MutationObserver(() => texts.push(document.querySelector('#later output').innerText))"
            + ".observe(document.querySelector('#later output'), {childList: true})");
    page.click("#later button");
    awaitAnswer("later");
    assertEquals("waiting …", page.evaluate("texts[0]"));
    String answer = page.text("#later output");
    assertTrue(answer.matches("Here it is, a second later\\. \\(\\d{4,} ms\\)"), answer);
  }

  @Test
  void theWebSocketSendsBackWhatItIsSent() {
    page.fill("#socket input", "Grüße 𝄞");
    page.click("#socket button");
    awaitAnswer("socket");
    assertTrue(page.text("#socket output").matches("Grüße 𝄞 \\([0-9.]+ ms\\)"));
  }

  @Test
  void whatOneWindowSaysInTheChatAllSee() {
    Page other = browser.open(origin() + "/");
    try {
      // Each window waits until it hears itself: then it is subscribed.
      for (Page window : List.of(page, other)) {
        window.evaluate("chatting.then(() => 'open')");
        window.fill("#chat input", "ready");
        window.click("#chat button");
        window.await("document.querySelector('#chat output').textContent.includes('ready')");
      }
      page.fill("#chat input", "to the other");
      page.click("#chat button");
      other.await("document.querySelector('#chat output').textContent.endsWith('to the other')");
      other.fill("#chat input", "and back");
      other.click("#chat button");
      page.await("document.querySelector('#chat output').textContent.endsWith('and back')");
      assertEquals(List.of(), other.errors());
    } finally {
      other.close();
    }
  }

  @Test
  void everythingComesFromTheServerItself() {
    Object foreign =
        page.evaluate(
            "performance.getEntriesByType('resource').map(e => e.name)"
                + ".filter(name => !name.startsWith(location.origin) && !name.startsWith('data:'))");
    assertEquals(List.of(), foreign);
  }

  @Test
  void everyFieldHasALabel() {
    Object unlabelled =
        page.evaluate(
            "[...document.querySelectorAll('input, output, progress, pre.source')]"
                + ".filter(e => !e.ariaLabel && !e.labels?.length).map(e => e.outerHTML)");
    assertEquals(List.of(), unlabelled);
  }

  @ParameterizedTest
  @CsvSource({"320, false", "768, true", "1440, false"})
  void fitsTheWindow(int width, boolean dark) {
    page.show(width, 800, dark);
    page.click("#echo button");
    awaitAnswer("echo");
    assertEquals((double) width, page.evaluate("innerWidth"));
    assertEquals(true, page.evaluate("document.documentElement.scrollWidth <= innerWidth"));
    Object darkness = page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches");
    assertEquals(dark, darkness);
  }

  private void awaitAnswer(String section) {
    page.await("document.querySelector('#" + section + " output').className == 'fresh'");
  }

  private void recordProgress() {
    page.evaluate(
        "window.progress = [];"
            + " new MutationObserver(all =>"
            + " all.forEach(m => progress.push(m.target.getAttribute('value'))))"
            + ".observe(document.querySelector('#upload progress'), {attributeFilter: ['value']})");
  }

  private static String uploaded(byte[] content) throws Exception {
    byte[] digest = MessageDigest.getInstance("SHA-256").digest(content);
    return content.length + " bytes, SHA-256 " + HexFormat.of().formatHex(digest);
  }
}
