package weir.http.websocket;

import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A listener that writes down what it hears, and sends messages back. */
class Recorder implements WebSocketListener {

  final List<String> events = new CopyOnWriteArrayList<>();
  final BlockingQueue<String> closes = new LinkedBlockingQueue<>();
  final BlockingQueue<WebSocket> opened = new LinkedBlockingQueue<>();

  @Override
  public void onOpen(WebSocket socket) {
    events.add("open");
    opened.add(socket);
  }

  @Override
  public void onText(WebSocket socket, String text) throws Exception {
    events.add("text " + text.length());
    socket.offer(text);
  }

  @Override
  public void onBinary(WebSocket socket, byte[] data) {
    events.add("binary " + data.length);
    socket.offer(data);
  }

  @Override
  public void onPing(WebSocket socket, byte[] data) {
    events.add("ping " + data.length);
  }

  @Override
  public void onPong(WebSocket socket, byte[] data) {
    events.add("pong " + data.length);
  }

  @Override
  public void onError(WebSocket socket, Throwable cause) {
    events.add("error " + cause.getClass().getSimpleName());
  }

  @Override
  public void onClose(WebSocket socket, int code, String reason) {
    events.add("close");
    closes.add(code + " " + reason);
  }

  WebSocket socket() throws InterruptedException {
    return opened.poll(20, TimeUnit.SECONDS);
  }

  String close() throws InterruptedException {
    return closes.poll(20, TimeUnit.SECONDS);
  }
}
