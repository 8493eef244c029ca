package weir.http.client;

import aleph.utils.RequestTimeoutException;
import clojure.lang.IFn;
import clojure.lang.Keyword;
import clojure.lang.PersistentVector;
import java.io.IOException;
import java.io.UncheckedIOException;
import weir.http.ErrorStatusException;
import weir.http.HttpRequest;
import weir.http.RedirectException;
import weir.http.Response;
import weir.http.ResponseMessage;
import weir.http.RingResponse;
import weir.http.body.Bodies;

/**
 * What a program gets for a request: the deferred of the response that comes in the end. Whoever else
 * realizes it cancels the request, wherever it is.
 */
public final class Call extends Outcome<Response> {

  private static final Keyword TRACE = Keyword.intern(null, "trace-redirects");

  private static final Keyword CACHED = Keyword.intern(null, "cached");

  private final ConnectionPool pool;
  private volatile Exchange exchange;
  private volatile IFn totalTimer;

  // Written by whoever runs the current exchange.
  private HttpRequest request; // as the program has it, before the steps of a hop
  private PersistentVector trace;
  private HttpRequest following;
  private boolean challenged; // following answers a challenge, it is no redirect
  private boolean answered; // no challenge is answered again
  private int failures;
  private boolean onlyConnects; // a connection is all that is wanted
  private CacheSteps cache; // of the present hop, or null
  private Throwable refusal;

  private Call(ConnectionPool pool, HttpRequest request) {
    super(request.executor() != null ? request.executor() : pool.config().executor());
    this.pool = pool;
  }

  /** Starts a request. */
  public static Call start(ConnectionPool pool, HttpRequest request) {
    Call call = new Call(pool, request);
    long limit = request.totalTimeoutMillis();
    if (limit > 0) {
      call.totalTimer = Timeouts.start(limit, () -> call.error(tooLong(limit)));
    }
    call.send(request);
    return call;
  }

  /**
   * Waits for a connection that a request could be sent on, or makes one, and sends nothing. The value
   * is null.
   */
  public static Call connect(ConnectionPool pool, HttpRequest request) {
    Call call = new Call(pool, request);
    call.onlyConnects = true;
    call.send(request);
    return call;
  }

  boolean onlyConnects() {
    return onlyConnects;
  }

  /** There is a connection, which was all that was wanted. */
  void connected() {
    deliver(null);
  }

  private static RequestTimeoutException tooLong(long millis) {
    return new RequestTimeoutException("timed out after " + millis + " milliseconds in total");
  }

  private void send(HttpRequest next) {
    request = next;
    HopSteps.run(next, () -> exchange(HopSteps.before(next)), this::failWith);
  }

  private void exchange(HttpRequest prepared) {
    cache = CacheSteps.of(prepared);
    ResponseMessage stored = cache == null ? null : cache.answer();
    if (stored != null) {
      willFollow(stored);
      proceed(stored);
      return;
    }
    Exchange next = new Exchange(this, cache == null ? prepared : cache.request());
    exchange = next;
    if (isRealized()) {
      cancel(); // it was cancelled between two hops
    } else {
      pool.acquire(next);
    }
  }

  // ---- what comes of an exchange

  /** Whether the response is a redirect to follow. To be called once, before the body is read. */
  boolean willFollow(ResponseMessage response) {
    following = null;
    refusal = null;
    int status = response.status();
    challenged = status == 401 && !answered && answerChallenge(response);
    if (challenged) {
      return true;
    }
    if (status < 300 || status > 399) {
      return false;
    }
    try {
      following = Redirects.next(request, status, response.headers().get("location"));
    } catch (RedirectException e) {
      refusal = e;
    }
    int hops = trace == null ? 0 : trace.count();
    if (following != null && hops >= request.maxRedirects()) {
      following = null;
      if (request.failsOnErrorStatus() && !isGraceful()) {
        refusal = new RedirectException("too many redirects: " + (hops + 1), request);
      }
    }
    return isFollowing();
  }

  private boolean isGraceful() {
    return request.extras() != null && request.extras().isGracefulAtLimit();
  }

  /** Whether the present response is one that the program will not see. */
  boolean isFollowing() {
    return following != null || refusal != null;
  }

  private boolean answerChallenge(ResponseMessage response) {
    following = DigestAuth.answer(request, response.headers().getAll("www-authenticate"));
    answered = following != null;
    return answered;
  }

  /** Whether the response is a failure by its status. */
  boolean willFail(ResponseMessage response) {
    return request.failsOnErrorStatus() && !request.isUnexceptional(response.status());
  }

  /** The response of an exchange has come. */
  void responded(Exchange from, ClientResponse response) {
    HttpRequest sent = request;
    if (sent.extras() == null) {
      proceed(response);
      return;
    }
    HopSteps.run(
        sent,
        () -> {
          HopSteps.after(sent, response);
          proceed(cache == null ? response : afterCache(response));
        },
        failure -> {
          Bodies.discard(response.body());
          failWith(failure);
        });
  }

  private ResponseMessage afterCache(ClientResponse response) {
    cache.invalidate(response);
    if (isFollowing()) {
      return response; // its body was not read
    }
    try {
      ResponseMessage seen = cache.received(response);
      if (seen.status() != response.status()) {
        willFollow(seen); // what a 304 has validated
      }
      return seen;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void proceed(ResponseMessage response) {
    if (refusal != null) {
      failWith(refusal);
    } else if (following != null) {
      if (!challenged) {
        String target = following.url().toString();
        trace = (trace == null ? PersistentVector.EMPTY : trace).cons(target);
      }
      send(following);
    } else {
      answer(response);
    }
  }

  private void answer(ResponseMessage message) {
    RingResponse response = new RingResponse(message);
    if (trace != null) {
      response = (RingResponse) response.assoc(TRACE, trace);
    }
    if (cache != null) {
      response = (RingResponse) response.assoc(CACHED, cache.outcome());
    }
    if (willFail(message)) {
      failWith(new ErrorStatusException(response));
      return;
    }
    stopTimer();
    if (!deliver(response)) {
      Bodies.discard(message.body()); // nobody will read it
    }
  }

  /** An exchange has failed. */
  void failed(Exchange from, Throwable cause) {
    if (mayRetry()) {
      CallbackThreads.INSTANCE.execute(() -> retryOrFail(cause));
      return;
    }
    if (from.takeBody()) {
      Bodies.discard(from.request().body());
    }
    failWith(cause);
  }

  private boolean mayRetry() {
    return request.extras() != null
        && request.extras().retry() != null
        && !isRealized()
        && RequestWriter.isReplayable(request.body());
  }

  private void retryOrFail(Throwable cause) {
    Throwable told = cause;
    try {
      if (request.extras().retry().triesAgain(cause, ++failures, request)) {
        send(request);
        return;
      }
    } catch (Throwable t) {
      told = t;
    }
    failWith(told);
  }

  private void failWith(Throwable cause) {
    stopTimer();
    deliverError(cause);
  }

  private void stopTimer() {
    IFn timer = totalTimer;
    if (timer != null) {
      timer.invoke();
    }
  }

  // ---- somebody else decides

  @Override
  void cancel() {
    stopTimer();
    Exchange running = exchange;
    if (running != null) {
      running.cancel(null);
      if (running.takeBody()) {
        Bodies.discard(running.request().body());
      }
    }
  }
}
