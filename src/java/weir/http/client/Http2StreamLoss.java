package weir.http.client;

import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2NoMoreStreamIdsException;
import io.netty.handler.codec.http2.StreamBufferingEncoder.Http2GoAwayException;
import java.io.IOException;
import java.net.ProtocolException;
import java.nio.channels.ClosedChannelException;

/**
 * Why a stream has ended before its response was complete, and whether its request may go out again
 * (RFC 9113 §8.7). Only for the event loop.
 */
final class Http2StreamLoss {

  /** So often a request goes out again that the server has not looked at. */
  static final int MAX_UNPROCESSED = 3;

  private final Http2ClientConnection connection;
  private boolean ignored; // by a server that goes away
  private long resetCode = -1; // of the server
  private Throwable failure; // what is wrong with what it has sent

  Http2StreamLoss(Http2ClientConnection connection) {
    this.connection = connection;
  }

  /** The server goes away and has not looked at the request. */
  void ignored() {
    ignored = true;
  }

  /** The server has reset the stream. */
  void reset(long code) {
    resetCode = code;
  }

  /** Something is wrong with the stream. */
  void failed(Throwable cause) {
    if (failure == null) {
      failure = explained(cause);
    }
  }

  private Throwable explained(Throwable cause) {
    if (cause instanceof Http2Exception.HeaderListSizeException) {
      return tooLong(cause);
    }
    return isOfResponse(cause) ? protocolError(cause) : cause;
  }

  /** What HTTP/1.1 has for the same. */
  private TooLongHttpHeaderException tooLong(Throwable cause) {
    ClientConfig config = connection.config();
    long own = config.http2().config().maxHeaderListBytes();
    return new TooLongHttpHeaderException(
        "HTTP header is larger than "
            + (own > 0 ? own : config.maxHeaderBytes())
            + " bytes, 32 more counted for each field",
        cause);
  }

  /** The head of the request could not be sent. */
  void notSent(Throwable cause) {
    if (cause instanceof Http2GoAwayException || cause instanceof Http2NoMoreStreamIdsException) {
      ignored = true; // the server has never seen it
    } else if (!(cause instanceof ClosedChannelException)) {
      failed(cause);
    }
  }

  private static boolean isOfResponse(Throwable cause) {
    return cause instanceof Http2Exception e && e.error() == Http2Error.PROTOCOL_ERROR;
  }

  private static ProtocolException protocolError(Throwable cause) {
    ProtocolException e = new ProtocolException(cause.getMessage());
    e.initCause(cause);
    return e;
  }

  /**
   * Returns whether the request may be sent once more.
   *
   * @param reused whether the connection had been of use before
   */
  boolean mayGoAgain(Answer lost, RequestWriter sending, boolean reused) {
    if (!lost.nothingCame() || failure != null || sending == null) {
      return false;
    }
    int retries = lost.exchange().retries();
    if (ignored || resetCode == Http2Error.REFUSED_STREAM.code()) {
      return RequestWriter.isReplayable(lost.exchange().request().body())
          && retries < MAX_UNPROCESSED;
    }
    boolean stale = resetCode < 0 && reused && !isOfDecoder(connection.failure());
    return stale && sending.isRepeatable() && retries == 0;
  }

  private static boolean isOfDecoder(Throwable cause) {
    return cause != null && !(cause instanceof IOException);
  }

  /** Returns what the exchange fails with. */
  Throwable cause(Answer lost) {
    if (failure != null) {
      return failure;
    }
    if (resetCode >= 0) {
      return reset();
    }
    if (isOfDecoder(connection.failure())) {
      return connection.failure();
    }
    Http2Exception goAway = connection.goAway();
    return goAway != null ? goAway : lost.closedEarly(connection.failure());
  }

  private Http2Exception reset() {
    Http2Error error = Http2Error.valueOf(resetCode);
    return new Http2Exception(
        error == null ? Http2Error.INTERNAL_ERROR : error,
        "Received RST_STREAM from peer, error code "
            + (error == null ? "" : error)
            + "("
            + resetCode
            + ")");
  }
}
