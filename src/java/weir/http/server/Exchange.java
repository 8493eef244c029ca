package weir.http.server;

import clojure.lang.IObj;
import clojure.lang.IPersistentMap;
import clojure.lang.Keyword;
import io.netty.handler.codec.http.HttpRequest;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.util.Map;
import manifold.deferred.IDeferred;
import weir.deferred.Coercion;
import weir.deferred.Deferred;
import weir.deferred.Functions;
import weir.http.Reply;
import weir.http.ResponseHead;
import weir.http.RingRequest;
import weir.http.ServerListener.Outcome;
import weir.http.body.Bodies;
import weir.http.body.InboundBody;
import weir.http.body.StreamingBody;
import weir.http.websocket.Carrier;
import weir.stream.SplicedStream;

/**
 * One request and its response. Runs the handler, waits for an asynchronous result, encodes what
 * comes and gives it to the connection, which sends responses in the order of the requests.
 *
 * <p>The handler runs on any thread; fields without a comment are written before the exchange is
 * handed over to the next thread and read after it.
 */
final class Exchange extends ReceivedRequest implements Upgradable, Handoff.Job {

  private static final VarHandle ANSWERER;
  private static final int HANDLER = 1;
  private static final int CLAIMANT = 2;

  static {
    try {
      ANSWERER = MethodHandles.lookup().findVarHandle(Exchange.class, "answerer", int.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  /** Why the request body came to no good end, null while it has not; written on the loop. */
  volatile Refusal bodyRefusal;

  private volatile Running running; // null unless handlers are to be interrupted

  // ---- the response, once it is encoded
  Object head; // as the lane writes it: bytes in HTTP/1, fields in HTTP/2
  Object content;
  StreamingBody streaming;
  long contentLength = -1;
  Object trailers; // HeaderFields, or what gives them at the end of the body
  boolean closeAfter;
  WrittenResponse written; // instead of all of these, until it is known how its body is framed

  /** Marks, in the metadata of a response, a body that ends when its stream is closed. */
  static final Keyword ENDS_BY_CLOSING = Keyword.intern("weir", "ends-by-closing");

  private static final Keyword BODY = Keyword.intern("body");

  /** A Ring response that asks for a WebSocket; null for most. */
  IPersistentMap socketResponse;

  /** Takes the connection over after the head, instead of a body; null for most. */
  Takeover takeover;

  private boolean mayBlockHere;
  private boolean failed;

  /** Whether no thread works on the answer any more, which somebody is to realize later. */
  private volatile boolean pending;

  private volatile Runnable gone;

  /** Who answers: nobody yet, the handler, or somebody who has claimed the exchange. */
  private volatile int answerer;

  // ---- only for the event loop
  Exchange nextInOrder;
  boolean ready;
  boolean wantsContinue;
  int weight;
  boolean admitted;

  /** What is noted of the exchange; null for most, and once it has ended. */
  Trace trace;

  InboundBody inbound;

  /** A raw body: the buffers of it that nobody has taken are released with the exchange, or null. */
  InboundBody raw;

  /**
   * @param keepAlive whether the connection can serve another request after this one
   */
  Exchange(Lane lane, HttpRequest request, boolean keepAlive) {
    super(lane, request, keepAlive);
  }

  // ---- running

  /**
   * Calls the handler. Never throws: a handler that fails is answered with an error.
   *
   * @param worker who runs this, or null on the event loop and on foreign threads
   */
  @Override
  public void run(Worker worker) {
    Object result;
    mayBlockHere = worker != null || !loop().inLoop();
    Trace noted = trace;
    if (noted != null) {
      noted.called();
    }
    try {
      result = mayBlockHere && context().config().interruptHandlers() ? callRunning() : call();
    } catch (Throwable t) {
      fail(t, worker);
      return;
    }
    accept(result, worker);
  }

  private Object call() throws Exception {
    return context().application().handle(new RingRequest(this));
  }

  /** The connection closes before it looks here, and this looks at the connection after the mark. */
  private Object callRunning() throws Exception {
    Running call = new Running();
    running = call;
    if (!channel().isActive()) {
      call.interrupt();
    }
    try {
      return call();
    } finally {
      call.end();
    }
  }

  /** The client has gone: nobody waits for what the handler works on. */
  void interrupt() {
    Running call = running;
    if (call != null) {
      call.interrupt();
    }
  }

  private void accept(Object result, Worker worker) {
    if (answerer == CLAIMANT) {
      dropAnswer(result);
      awaitAnswer();
      return;
    }
    if (result instanceof IPersistentMap || result instanceof Reply || result == null) {
      answer(result, worker);
      return;
    }
    IDeferred promised = Coercion.toDeferred(result);
    if (promised == null) {
      fail(ErrorResponses.notAResponse(result, this), worker);
      return;
    }
    awaitAnswer();
    if (promised instanceof Deferred<?> deferred) {
      deferred.listen(new Result(this));
    } else {
      Result callback = new Result(this);
      promised.onRealized(callback.successFunction(), callback.errorFunction());
    }
  }

  /**
   * The handler's thread is free; its answer may never come, when the client has gone. Says so before
   * it looks at the connection, which closes before it looks here: one of both sees the other.
   */
  void awaitAnswer() {
    pending = true;
    if (!channel().isActive()) {
      loop().run(() -> loop().entry().leave(this));
    }
  }

  /** Returns whether no thread works on the answer any more. */
  boolean isPending() {
    return pending;
  }

  /** The body of an answer that nobody gets is let go of, as that of any other. */
  private static void dropAnswer(Object result) {
    if (result instanceof IPersistentMap map) {
      Bodies.discard(map.valAt(BODY));
    } else if (result instanceof Reply reply) {
      Bodies.discard(reply.body());
    }
  }

  /** The asynchronous result of a handler has come; on whichever thread realized it. */
  void resultCame(Object value) {
    mayBlockHere = false;
    accept(value, null);
  }

  /** Asks the application for an error response; when that fails too, sends the plain 500. */
  void fail(Object error, Worker worker) {
    if ((int) ANSWERER.compareAndExchange(this, 0, HANDLER) == CLAIMANT) {
      ErrorResponses.LOG.debug(
          "the handler of {} failed after the request was upgraded",
          this,
          ErrorResponses.asThrowable(error));
      awaitAnswer();
      return;
    }
    Refusal refusal = bodyRefusal;
    if (refusal != null) {
      // The client's fault, not the handler's: it could not read what was never sent.
      note(Outcome.REFUSED);
      ErrorResponses.LOG.debug(
          "the handler of {} met a bad request body", this, ErrorResponses.asThrowable(error));
      answerAfterError(refusal.reply(), worker);
      return;
    }
    if (running != null && running.wasInterrupted()) {
      ErrorResponses.LOG.debug(
          "the handler of {} was interrupted: its client has gone",
          this,
          ErrorResponses.asThrowable(error));
      answerAfterError(ErrorResponses.INTERNAL, worker); // to nobody
      return;
    }
    Throwable cause = ErrorResponses.asThrowable(error);
    failed = true;
    note(Outcome.FAILED);
    Object result;
    try {
      result = context().application().onError(new RingRequest(this), cause);
    } catch (Throwable t) {
      ErrorResponses.LOG.error("the error handler failed for {}", this, t);
      result = ErrorResponses.INTERNAL;
    }
    if (result instanceof IPersistentMap || result instanceof Reply || result == null) {
      answerAfterError(result, worker);
      return;
    }
    IDeferred promised = Coercion.toDeferred(result);
    if (promised == null) {
      ErrorResponses.LOG.error(
          "the error handler failed for {}", this, ErrorResponses.notAResponse(result, this));
      answerAfterError(ErrorResponses.INTERNAL, worker);
    } else {
      awaitAnswer();
      promised.onRealized(
          Functions.of(value -> answerAfterError(value, null)),
          Functions.of(e -> answerAfterError(ErrorResponses.INTERNAL, null)));
    }
  }

  // ---- answering

  /** Encodes a response map, {@link Reply} or null; if that fails, an error response. */
  void answer(Object result, Worker worker) {
    ANSWERER.setRelease(this, HANDLER);
    HeadWriter writer = writer(worker);
    try {
      ResponseEncoder.encode(this, result, writer);
    } catch (Throwable t) {
      forgetEncoded();
      fail(t, worker);
      return;
    }
    finish(writer, worker);
  }

  private void answerAfterError(Object result, Worker worker) {
    HeadWriter writer = writer(worker);
    try {
      ResponseEncoder.encode(this, result, writer);
    } catch (Throwable t) {
      forgetEncoded();
      ErrorResponses.LOG.error("the error handler's response for {} is no response", this, t);
      ResponseEncoder.encode(this, ErrorResponses.INTERNAL, writer);
    }
    finish(writer, worker);
  }

  /** The executor has no room: the application says what the client is told. */
  void reject() {
    note(Outcome.REJECTED);
    Object result;
    try {
      result = context().application().onRejected(new RingRequest(this));
    } catch (Throwable t) {
      fail(t, null);
      return;
    }
    accept(result, null);
  }

  /** Answers on the event loop without asking the application. */
  void answerWith(Reply reply) {
    note(Outcome.REFUSED);
    answerAfterError(reply, null);
  }

  void note(Outcome outcome) {
    Trace noted = trace;
    if (noted != null && noted.outcome == Outcome.SERVED) {
      noted.outcome = outcome;
    }
  }

  // ---- Upgradable

  @Override
  public boolean claim() {
    return ANSWERER.compareAndSet(this, 0, CLAIMANT);
  }

  @Override
  public void answer(Reply reply) {
    answerAfterError(reply, null);
  }

  @Override
  public void answer(IPersistentMap response) {
    HeadWriter writer = writer(null);
    try {
      ResponseEncoder.encode(this, response, writer);
    } catch (RuntimeException e) {
      forgetEncoded();
      throw e;
    }
    finish(writer, null);
  }

  @Override
  public void onGone(Runnable action) {
    gone = action;
    if (!channel().isActive()) {
      loop().run(this::tellGone);
    }
  }

  /** The connection has gone before the response was sent; on the loop. */
  void tellGone() {
    Runnable action = gone;
    if (action != null) {
      gone = null;
      action.run();
    }
  }

  @Override
  public void takeOver(ResponseHead response, Takeover by) {
    head = lane().encode(response);
    takeover = by;
    if (loop().inLoop()) {
      lane().finished(this, null);
    } else {
      loop().outbox().add(this);
      loop().outbox().publish();
    }
  }

  @Override
  public Carrier carrier() {
    return new SocketCarrier(loop(), context().dispatcher());
  }

  @Override
  public Duration idleTimeout() {
    return context().config().idleTimeout();
  }

  // ---- OutboxItem

  @Override
  void arrive() {
    lane().finished(this, null);
  }

  @Override
  void discard() {
    Http1Responses.discard(this);
  }

  void forgetEncoded() {
    content = null;
    streaming = null;
    written = null;
    trailers = null;
    contentLength = -1;
  }

  private HeadWriter writer(Worker worker) {
    if (worker != null) {
      return worker.headWriter(context(), lane().isHttp2());
    }
    return loop().inLoop()
        ? loop().headWriter(lane().isHttp2())
        : context().borrowWriter(lane().isHttp2());
  }

  /** Gives the connection what is encoded, or has the body write itself first. */
  void finish(HeadWriter writer, Worker worker) {
    if (socketResponse != null) {
      if (worker == null && !loop().inLoop()) {
        context().giveBack(writer);
      }
      startSocket(worker);
    } else if (written != null) {
      write(worker);
    } else if (worker != null) {
      head = writer.take();
      worker.finished(loop(), this);
    } else if (loop().inLoop()) {
      lane().finished(this, writer);
    } else {
      head = writer.take();
      context().giveBack(writer);
      loop().outbox().add(this);
      loop().outbox().publish();
    }
  }

  /** The handler wants a WebSocket. */
  private void startSocket(Worker worker) {
    IPersistentMap response = socketResponse;
    socketResponse = null;
    try {
      RingSocketResponse.start(this, response, context().application());
    } catch (Throwable t) {
      fail(t, worker);
    }
  }

  private void write(Worker worker) {
    WrittenResponse response = written;
    written = null;
    if (worker != null) {
      worker.publish(); // responses that came before this one must not wait for it
    }
    response.start(mayBlockHere && !loop().inLoop());
  }

  /** Returns whether a body that writes itself ends by closing its stream, not by returning. */
  boolean endsByClosing(Object response) {
    if (failed) {
      return false;
    }
    return context().application().bodiesEndByClosing()
        || (response instanceof IObj map
            && map.meta() != null
            && Boolean.TRUE.equals(map.meta().valAt(ENDS_BY_CLOSING)));
  }

  boolean isDraining() {
    return context().isDraining();
  }

  @Override
  void informNow() {
    lane().inform(this);
  }

  @Override
  public Deferred<SplicedStream> hijack(Map<?, ?> headers) {
    return Hijack.of(this, headers, context().config().rawStream(), context().blockingExecutor());
  }
}
