package weir.http.server;

import clojure.lang.IPersistentMap;
import java.time.Duration;
import weir.http.Reply;
import weir.http.RequestMessage;
import weir.http.ResponseHead;
import weir.http.websocket.Carrier;

/**
 * A request whose connection can be taken over: {@code :weir/exchange} of a request map is one. May
 * be used on any thread, until the handler has answered.
 */
public interface Upgradable extends RequestMessage {

  /**
   * Says that the exchange is answered by the caller from now on: what its handler returns or throws
   * is dropped.
   *
   * @return false if somebody has claimed it before
   */
  boolean claim();

  /** Answers a claimed exchange; HTTP goes on. */
  void answer(Reply reply);

  /**
   * Answers a claimed exchange with a Ring response map; HTTP goes on.
   *
   * @throws IllegalArgumentException if it is no response; it can be answered otherwise then
   */
  void answer(IPersistentMap response);

  /**
   * Sets what is called on the event loop if the connection goes before the response of a claimed
   * exchange has come to its end; at once if it has gone already.
   */
  void onGone(Runnable action);

  /**
   * Ends HTTP on the connection of a claimed exchange, when the responses before it are sent.
   *
   * @param head the response's head, such as one of status 101
   */
  void takeOver(ResponseHead head, Takeover takeover);

  /** Returns new threads for a WebSocket: those that call the server's handlers. */
  Carrier carrier();

  /** Returns after how long without any traffic the server closes connections; zero for never. */
  Duration idleTimeout();
}
