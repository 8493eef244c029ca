package weir.http.client;

import io.netty.channel.EventLoop;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import weir.executor.Pools;
import weir.http.websocket.Carrier;
import weir.http.websocket.WebSocketSession;
import weir.net.LoopTasks;

/** Gives the events of a client's WebSocket to an executor, one task for all that wait. */
record ClientCarrier(EventLoop loop, Executor executor) implements Carrier {

  @Override
  public void deliver(WebSocketSession session) {
    try {
      executor.execute(() -> run(session));
    } catch (RejectedExecutionException e) {
      session.overloaded();
      Pools.waitPool().execute(() -> run(session));
    }
  }

  private void run(WebSocketSession session) {
    if (session.runEvents()) {
      deliver(session);
    }
  }

  @Override
  public void outgoing(WebSocketSession session) {
    LoopTasks.later(loop, session::writeOutgoing);
  }
}
