package weir.browser;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** That the helper of the browser tests tells the truth, above all about failures. */
class ChromiumTest {

  private static Chromium browser;

  @BeforeAll
  static void launch() {
    browser = Chromium.launch();
  }

  @AfterAll
  static void close() {
    if (browser != null) {
      browser.close();
    }
  }

  private static Page open(String html) {
    return browser.open("data:text/html;charset=utf-8," + html);
  }

  @Test
  void clicksFillsAndReads() {
    Page page =
        open("<input id=a value=old><button onclick='b.textContent=a.value'>x</button><p id=b>");
    page.fill("#a", "new ü");
    page.click("button");
    page.await("b.textContent != ''");
    assertEquals("new ü", page.text("#b"));
    assertEquals(List.of(), page.errors());
    page.close();
  }

  @Test
  void evaluatesPromisesAndStructures() {
    Page page = open("<p>");
    assertEquals(Map.of("a", List.of(1.0, "x")), page.evaluate("Promise.resolve({a: [1, 'x']})"));
    page.close();
  }

  @Test
  void whatIsThrownInThePageFailsTheTest() {
    Page page = open("<button onclick='missing()'>x</button>");
    assertThrows(AssertionError.class, () -> page.evaluate("missing()"));
    AssertionError noElement = assertThrows(AssertionError.class, () -> page.click("#none"));
    assertTrue(noElement.getMessage().contains("nothing matches #none"), noElement.getMessage());
    page.click("button");
    assertTrue(Deadline.seconds(30).until(() -> page.errors().size() == 1), "no error was seen");
    assertTrue(page.errors().get(0).contains("missing is not defined"), page.errors().get(0));
    page.close();
  }

  @Test
  void aPageThatDoesNotLoadFailsTheTest() {
    AssertionError failure =
        assertThrows(AssertionError.class, () -> browser.open("http://localhost:1/"));
    assertTrue(failure.getMessage().contains("http://localhost:1/"), failure.getMessage());
  }
}
