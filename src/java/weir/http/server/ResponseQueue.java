package weir.http.server;

import weir.http.ResponseHead;
import weir.http.ServerListener.Outcome;
import weir.http.body.StreamingBody;

/**
 * The exchanges of a connection in the order of their requests, and so of their responses, however
 * these come. Only for the event loop.
 */
final class ResponseQueue {

  private final Http1Connection connection;
  private final Http1Output output;
  private final int limit;

  /** Requests that wait for responses may together take so much memory; see {@link #isFull}. */
  private static final int MAX_WEIGHT = 64 * 1024;

  // Oldest first; the head is the one to be answered.
  private Exchange head;
  private Exchange tail;
  private int open;
  private int weight;

  private ResponseStream writing;
  private boolean ended;

  /**
   * @param limit so many exchanges may wait for their responses until the connection is not read
   */
  ResponseQueue(Http1Connection connection, Http1Output output, int limit) {
    this.connection = connection;
    this.output = output;
    this.limit = limit;
  }

  boolean isEmpty() {
    return head == null;
  }

  /** Returns whether the response of {@code exchange} comes next. */
  boolean isNext(Exchange exchange) {
    return exchange == head;
  }

  void append(Exchange exchange) {
    if (tail == null) {
      head = exchange;
    } else {
      tail.nextInOrder = exchange;
    }
    tail = exchange;
    open++;
  }

  /** A request is there as a whole, and takes {@code bytes} of memory until it is answered. */
  void weigh(Exchange exchange, int bytes) {
    if (!exchange.answered) {
      exchange.weight = bytes;
      weight += bytes;
    }
  }

  /** Returns whether no further request may be decoded before one is answered. */
  boolean isFull() {
    return open >= limit || weight >= MAX_WEIGHT;
  }

  /**
   * A response is encoded.
   *
   * @param fresh the buffer that its head stands in, null if the exchange has it already
   */
  void finished(Exchange exchange, HeadBuffer fresh) {
    if (ended) {
      Http1Responses.discard(exchange);
      return;
    }
    if (exchange == head && writing == null) {
      writeInterim(exchange);
      if (fresh != null) {
        output.gather(fresh.array(), fresh.length(), Http1Responses.gathered(exchange));
      } else {
        gatherHead(exchange);
      }
      write(exchange);
      advance();
    } else {
      exchange.ready = true;
      if (fresh != null) {
        exchange.head = fresh.toByteArray();
      }
    }
    output.flushSoon();
  }

  private void advance() {
    while (head != null && head.ready && writing == null && !ended) {
      gatherHead(head);
      write(head);
    }
  }

  private void gatherHead(Exchange exchange) {
    writeInterim(exchange);
    byte[] encoded = (byte[]) exchange.head;
    output.gather(encoded, encoded.length, Http1Responses.gathered(exchange));
  }

  /** Sends the body of the head exchange, whose head is gathered already. */
  private void write(Exchange exchange) {
    exchange.ready = false;
    if (exchange.streaming != null) {
      writing = new ResponseStream(connection, exchange);
      StreamingBody body = exchange.streaming;
      body.start(writing);
      return;
    }
    if (exchange.takeover != null) {
      head = null; // and the only one: the decoder has stopped behind it
      tail = null;
      if (exchange.trace != null) {
        exchange.trace.answered(Http1Responses.status((byte[]) exchange.head));
        connection.observeEnd(exchange);
      }
      connection.handOver(exchange);
      return;
    }
    if (exchange.content != null) {
      Http1Responses.writeContent(output, exchange.content);
    }
    done(exchange);
  }

  /** An informational response is there for {@code exchange}: now, or when its turn comes. */
  void inform(Exchange exchange) {
    if (exchange == head && writing == null && !ended) {
      writeInterim(exchange);
      output.flushSoon();
    }
  }

  private void writeInterim(Exchange exchange) {
    if (exchange.hasInterim()) {
      for (ResponseHead interim : exchange.takeInterim()) {
        byte[] encoded = Http1Responses.encode(interim);
        output.gather(encoded, encoded.length, 0);
      }
    }
  }

  /** The response of the head exchange has been written. */
  private void done(Exchange exchange) {
    head = exchange.nextInOrder;
    if (head == null) {
      tail = null;
    }
    exchange.answered = true;
    exchange.head = null;
    exchange.content = null;
    exchange.streaming = null;
    open--;
    weight -= exchange.weight;
    exchange.stopWatching();
    if (exchange.trace != null) {
      connection.observeEnd(exchange);
    }
    connection.answered(exchange);
  }

  /** The streamed body of the head exchange has come to its end. */
  void streamed(Exchange exchange) {
    writing = null;
    done(exchange);
    advance();
    output.flushSoon();
  }

  /** RFC 9110 §10.1.1: says 100 for a request, as soon as its response comes next. */
  void allowBody(Exchange exchange) {
    exchange.wantsContinue = true;
    allowNextBody();
  }

  /** Says to the client of the head exchange what it waits for: 100, or other information. */
  void informNext() {
    if (head != null && writing == null) {
      inform(head);
    }
    allowNextBody();
  }

  private void allowNextBody() {
    if (head != null && head.wantsContinue) {
      head.wantsContinue = false;
      output.gather(Http1Responses.CONTINUE, Http1Responses.CONTINUE.length, 0);
      output.flushSoon();
    }
  }

  /** The last response has been written: it said that the connection closes (RFC 9112 §9.6). */
  void end() {
    ended = true;
  }

  /** The connection is gone: nobody will get any of these responses. */
  void abandon(Throwable gone) {
    if (writing != null) {
      writing.connectionLost(gone);
      writing = null;
    }
    for (Exchange e = head; e != null; e = e.nextInOrder) {
      if (e.inbound != null) {
        e.bodyRefusal = Refusal.CUT_BODY;
        Http1Responses.abandonBody(e, gone);
      }
      e.interrupt();
      e.tellGone();
      if (e.ready) {
        Http1Responses.discard(e);
      } else if (e.isPending()) {
        e.loop().entry().leave(e); // its answer may never come
      }
      if (e.trace != null) {
        e.note(Outcome.ABORTED);
        connection.observeEnd(e);
      }
    }
    head = null;
    tail = null;
  }
}
