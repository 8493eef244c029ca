package weir.http.server.channel;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import weir.executor.Pools;
import weir.http.websocket.AcceptOptions;

/** What the channels of a server share, and which of them are open. */
public final class ChannelHub {

  /** What may wait for a peer that reads slowly: 16 MiB. */
  public static final int DEFAULT_BUFFER_BYTES = 16 * 1024 * 1024;

  private final Settings settings;
  private final Set<ResponseChannel> open = ConcurrentHashMap.newKeySet();
  private volatile boolean stopping;

  /**
   * What a program chooses.
   *
   * @param journal who is told what happens
   * @param callbacks runs close callbacks of HTTP channels; null for threads of the process
   * @param bufferBytes how much may wait for a peer until {@code overflow} decides
   * @param overflow what happens then
   * @param trustsForwardedFor whether {@code :remote-addr} comes from X-Forwarded-For, which any
   *     client can send
   * @param countsHeadBodies whether the length of a response to HEAD is that of its body, whatever the
   *     handler says
   * @param tellsErrors whether a 500 has the exception's message
   * @param keepsEmptyBodies whether a request without a body has an empty stream
   * @param sockets how WebSockets are accepted
   */
  public record Settings(
      Journal journal,
      Executor callbacks,
      int bufferBytes,
      Overflow overflow,
      boolean trustsForwardedFor,
      boolean countsHeadBodies,
      boolean tellsErrors,
      boolean keepsEmptyBodies,
      AcceptOptions sockets) {}

  /** Creates a hub without channels. */
  public ChannelHub(Settings settings) {
    this.settings = settings;
  }

  Settings settings() {
    return settings;
  }

  Journal journal() {
    return settings.journal();
  }

  void add(ResponseChannel channel) {
    open.add(channel);
  }

  void remove(ResponseChannel channel) {
    open.remove(channel);
  }

  /** Returns how many responses are in the hands of channels. */
  public int size() {
    return open.size();
  }

  /** From now on it is the server that closes. */
  public void stopping() {
    stopping = true;
  }

  boolean isStopping() {
    return stopping;
  }

  /** Ends every response that channels have begun, or have still to give. */
  public void closeAll() {
    open.forEach(ResponseChannel::serverStops);
  }

  /** Runs a callback on a thread that may block. */
  void run(Runnable callback) {
    Executor callbacks = settings.callbacks();
    if (callbacks != null) {
      try {
        callbacks.execute(callback);
        return;
      } catch (RejectedExecutionException e) {
        journal().event("serverStatus503Todo");
      }
    }
    Pools.waitPool().execute(callback);
  }
}
