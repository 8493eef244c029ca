package weir.browser;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;

/** One connection to a browser: sends commands, awaits their results, hands out events. */
final class DevTools implements WebSocket.Listener {

  private static final long COMMAND_SECONDS = 30;

  private final AtomicInteger ids = new AtomicInteger();
  private final Map<Integer, CompletableFuture<Map<?, ?>>> pending = new ConcurrentHashMap<>();
  private final Map<String, BiConsumer<String, Map<?, ?>>> listeners = new ConcurrentHashMap<>();
  private final StringBuilder partial = new StringBuilder();
  private WebSocket socket;
  private CompletableFuture<?> sent = CompletableFuture.completedFuture(null);

  private DevTools() {}

  static DevTools connect(URI uri) {
    DevTools devTools = new DevTools();
    devTools.socket =
        HttpClient.newHttpClient()
            .newWebSocketBuilder()
            .connectTimeout(Duration.ofSeconds(COMMAND_SECONDS))
            .buildAsync(uri, devTools)
            .join();
    return devTools;
  }

  /** Calls {@code listener} with the name and the parameters of each event of a session. */
  void onEvent(String session, BiConsumer<String, Map<?, ?>> listener) {
    listeners.put(session, listener);
  }

  /**
   * Runs one command and returns its result.
   *
   * @param session of the page it is for, null for the browser itself
   */
  Map<?, ?> call(String session, String method, Map<String, ?> params) {
    int id = ids.incrementAndGet();
    Map<String, Object> message = new LinkedHashMap<>();
    message.put("id", id);
    message.put("method", method);
    message.put("params", params);
    if (session != null) {
      message.put("sessionId", session);
    }
    CompletableFuture<Map<?, ?>> result = new CompletableFuture<>();
    pending.put(id, result);
    send(Json.write(message));
    try {
      return result.orTimeout(COMMAND_SECONDS, TimeUnit.SECONDS).join();
    } catch (CompletionException e) {
      throw new IllegalStateException("Chromium did not do " + method + ": " + e.getCause(), e);
    } finally {
      pending.remove(id);
    }
  }

  /** A WebSocket of the JDK takes one message at a time. */
  private synchronized void send(String message) {
    sent = sent.thenCompose(done -> socket.sendText(message, true));
  }

  void close() {
    socket.abort();
  }

  // ---- WebSocket.Listener; called one after the other

  @Override
  public CompletionStage<?> onText(WebSocket webSocket, CharSequence data, boolean last) {
    partial.append(data);
    if (last) {
      Map<?, ?> message = (Map<?, ?>) Json.read(partial.toString());
      partial.setLength(0);
      received(message);
    }
    webSocket.request(1);
    return null;
  }

  private void received(Map<?, ?> message) {
    if (message.get("id") instanceof Double id) {
      CompletableFuture<Map<?, ?>> result = pending.get(id.intValue());
      if (result == null) {
        return;
      }
      if (message.get("error") == null) {
        result.complete((Map<?, ?>) message.get("result"));
      } else {
        result.completeExceptionally(new IllegalStateException(Json.write(message.get("error"))));
      }
    } else if (message.get("sessionId") instanceof String session
        && listeners.containsKey(session)) {
      listeners
          .get(session)
          .accept((String) message.get("method"), (Map<?, ?>) message.get("params"));
    }
  }

  @Override
  public void onError(WebSocket webSocket, Throwable error) {
    pending.values().forEach(result -> result.completeExceptionally(error));
  }

  @Override
  public CompletionStage<?> onClose(WebSocket webSocket, int status, String reason) {
    onError(webSocket, new IllegalStateException("Chromium has closed the connection: " + status));
    return null;
  }
}
