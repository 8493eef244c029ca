package weir.browser;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** A tab of a {@link Chromium}. Collects what goes wrong in it; see {@link #errors()}. */
public final class Page {

  private static final long LOAD_SECONDS = 30;
  private static final long AWAIT_SECONDS = 30;

  private final DevTools devTools;
  private final String session;
  private final String target;
  private final Queue<String> errors = new ConcurrentLinkedQueue<>();
  private volatile boolean loaded;

  Page(DevTools devTools, String session, String target) {
    this.devTools = devTools;
    this.session = session;
    this.target = target;
    devTools.onEvent(session, this::event);
    call("Page.enable", Map.of());
    call("Runtime.enable", Map.of());
    call("Log.enable", Map.of());
  }

  private void event(String name, Map<?, ?> params) {
    switch (name) {
      case "Page.loadEventFired" -> loaded = true;
      case "Runtime.exceptionThrown" -> errors.add(Json.write(params.get("exceptionDetails")));
      case "Log.entryAdded" -> logged((Map<?, ?>) params.get("entry"));
      default -> {}
    }
  }

  private void logged(Map<?, ?> entry) {
    if ("error".equals(entry.get("level"))) {
      errors.add(entry.get("text") + " " + entry.get("url"));
    }
  }

  /** Loads {@code url} and returns when the page, with all that it names, has loaded. */
  public void load(String url) {
    loaded = false;
    Object error = call("Page.navigate", Map.of("url", url)).get("errorText");
    if (error != null) {
      throw new AssertionError(url + " did not load: " + error);
    }
    if (!Deadline.seconds(LOAD_SECONDS).until(() -> loaded)) {
      throw new AssertionError(url + " did not load within " + LOAD_SECONDS + " s");
    }
  }

  /**
   * Returns the value of a JavaScript expression: a string, double, boolean, map, list or null. If it
   * is a promise, waits for its result.
   */
  public Object evaluate(String expression) {
    Map<String, ?> params =
        Map.of("expression", expression, "returnByValue", true, "awaitPromise", true);
    Map<?, ?> answer = call("Runtime.evaluate", params);
    if (answer.get("exceptionDetails") != null) {
      throw new AssertionError(expression + " threw " + Json.write(answer.get("exceptionDetails")));
    }
    return ((Map<?, ?>) answer.get("result")).get("value");
  }

  /** Waits until the JavaScript {@code condition} is true; fails with the page's text if it stays false. */
  public void await(String condition) {
    String question = "Boolean(" + condition + ")";
    if (!Deadline.seconds(AWAIT_SECONDS).until(() -> Boolean.TRUE.equals(evaluate(question)))) {
      throw new AssertionError(
          condition
              + " was not true within "
              + AWAIT_SECONDS
              + " s. Errors: "
              + errors
              + "\nThe page says:\n"
              + evaluate("document.body.innerText"));
    }
  }

  /** Returns the text of the first element that the CSS selector finds, as it is seen. */
  public String text(String selector) {
    return (String) evaluate(element(selector) + ".innerText");
  }

  /** Clicks with the mouse in the middle of the first element that the CSS selector finds. */
  public void click(String selector) {
    Object middle =
        evaluate(
            "(e => { e.scrollIntoView({block: 'center', behavior: 'instant'});"
                + " const r = e.getBoundingClientRect();"
                + " return [r.x + r.width / 2, r.y + r.height / 2]; })("
                + element(selector)
                + ")");
    Map<String, Object> mouse = new HashMap<>();
    mouse.put("x", ((List<?>) middle).get(0));
    mouse.put("y", ((List<?>) middle).get(1));
    mouse.put("button", "left");
    mouse.put("clickCount", 1);
    for (String type : List.of("mousePressed", "mouseReleased")) {
      mouse.put("type", type);
      call("Input.dispatchMouseEvent", mouse);
    }
  }

  /** Replaces what is in a text field, as typing does. */
  public void fill(String selector, String text) {
    evaluate(element(selector) + ".select()");
    evaluate(element(selector) + ".focus()");
    call("Input.insertText", Map.of("text", text));
  }

  /** Chooses a file in a file input. */
  public void chooseFile(String selector, Path file) {
    Map<String, ?> question = Map.of("expression", element(selector));
    Map<?, ?> input = (Map<?, ?>) call("Runtime.evaluate", question).get("result");
    call(
        "DOM.setFileInputFiles",
        Map.of("files", List.of(file.toString()), "objectId", input.get("objectId")));
  }

  /** Sets the size of the window's inside, and whether the user prefers dark colours. */
  public void show(int width, int height, boolean dark) {
    call(
        "Emulation.setDeviceMetricsOverride",
        Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", false));
    Map<String, String> scheme =
        Map.of("name", "prefers-color-scheme", "value", dark ? "dark" : "light");
    call("Emulation.setEmulatedMedia", Map.of("features", List.of(scheme)));
  }

  /** Writes a picture of the whole page, as PNG. */
  public void screenshot(Path file) throws IOException {
    Map<?, ?> answer = call("Page.captureScreenshot", Map.of("captureBeyondViewport", true));
    Files.write(file, Base64.getDecoder().decode((String) answer.get("data")));
  }

  /** Returns the exceptions, and the errors in the console, that the page has had so far. */
  public List<String> errors() {
    return List.copyOf(errors);
  }

  /** Closes the tab. */
  public void close() {
    devTools.call(null, "Target.closeTarget", Map.of("targetId", target));
  }

  private Map<?, ?> call(String method, Map<String, ?> params) {
    return devTools.call(session, method, params);
  }

  /** An expression that throws with the selector if nothing matches it. */
  private static String element(String selector) {
    String quoted = Json.write(selector);
    return "(document.querySelector("
        + quoted
        + ") ?? (() => { throw new Error('nothing matches ' + "
        + quoted
        + ") })())";
  }
}
