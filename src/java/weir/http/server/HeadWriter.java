package weir.http.server;

import clojure.lang.AFn;
import clojure.lang.IKVReduce;
import clojure.lang.IPersistentMap;
import clojure.lang.Sequential;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import weir.http.HeaderCase;
import weir.http.HeaderName;
import weir.http.HeaderValue;
import weir.http.Reply;
import weir.http.coding.Negotiation;

/**
 * Writes one response head after the other into a buffer, and remembers of each what decides about
 * its framing. Belongs to one event loop or one worker.
 *
 * <p>Headers are visited through {@code reduce-kv}, which makes no map entries: hence a function.
 */
final class HeadWriter extends AFn {

  private static final byte[] CONTENT_LENGTH = ascii("content-length: ");
  private static final byte[] CHUNKED = ascii("transfer-encoding: chunked\r\n");
  private static final byte[] KEEP_ALIVE = ascii("Connection: Keep-Alive\r\n");
  private static final byte[] CLOSE = ascii("Connection: Close\r\n");
  private static final byte[] LOWER_KEEP_ALIVE = ascii("connection: Keep-Alive\r\n");
  private static final byte[] LOWER_CLOSE = ascii("connection: Close\r\n");
  private static final byte[] UTF8_CHARSET = ascii("; charset=UTF-8");
  private static final long NONE = -1;

  private final HeadBuffer buffer = new HeadBuffer();
  private final StandardHeaders standard;
  private final HeaderCase headerCase;
  private final Negotiation negotiation; // null if the server never encodes a body
  private LongText longText;

  private boolean serverGiven;
  private boolean dateGiven;
  private boolean closeAsked;
  private long contentLength;
  private String contentType;
  private HeaderName contentTypeName;
  private String location;
  private HeaderName locationName;

  HeadWriter(StandardHeaders standard) {
    this.standard = standard;
    this.headerCase = standard.headerCase();
    this.negotiation = standard.negotiation();
  }

  HeadBuffer buffer() {
    return buffer;
  }

  /** Returns the encoder of long strings. */
  LongText longText() {
    if (longText == null) {
      longText = new LongText();
    }
    return longText;
  }

  /** Starts a head and takes all headers in. */
  void begin(int status, Object headers) {
    buffer.clear();
    serverGiven = false;
    dateGiven = false;
    closeAsked = false;
    contentLength = NONE;
    contentType = null;
    location = null;
    if (negotiation != null) {
      negotiation.begin(status);
    }
    buffer.add(StatusLine.of(status));
    visit(headers);
  }

  /** Returns the length that the application has announced, or -1. */
  long announcedLength() {
    return contentLength;
  }

  /** Returns whether the application wants the connection closed. */
  boolean closeAsked() {
    return closeAsked;
  }

  String contentType() {
    return contentType;
  }

  /** Returns what decides whether this response's body is encoded, null if none ever is. */
  Negotiation negotiation() {
    return negotiation;
  }

  /** Writes what is left with a body of {@code length} bytes. */
  void endWithLength(long length, boolean keepAlive) {
    standardLines(keepAlive);
    buffer.add(CONTENT_LENGTH);
    buffer.decimal(length);
    buffer.crlf();
    buffer.crlf();
  }

  /** Writes what is left for a chunked body (RFC 9112 §7.1). */
  void endChunked(boolean keepAlive) {
    standardLines(keepAlive);
    buffer.add(CHUNKED);
    buffer.crlf();
  }

  /** Writes what is left without any framing: no body at all, or one that ends by closing. */
  void endUnframed(boolean keepAlive) {
    standardLines(keepAlive);
    buffer.crlf();
  }

  private void standardLines(boolean keepAlive) {
    if (location != null) {
      line(locationName, location);
    }
    if (contentType != null) {
      buffer.add(contentTypeName.line(headerCase));
      buffer.value("content-type", contentType);
      if (contentType.equals("text/plain")) {
        buffer.add(UTF8_CHARSET);
      }
      buffer.crlf();
    }
    if (negotiation != null) {
      negotiation.writeTo(this::line);
    }
    if (!serverGiven) {
      buffer.add(standard.server());
    }
    if (!dateGiven) {
      buffer.add(standard.date());
    }
    if (headerCase == HeaderCase.LOWER) {
      buffer.add(keepAlive ? LOWER_KEEP_ALIVE : LOWER_CLOSE);
    } else {
      buffer.add(keepAlive ? KEEP_ALIVE : CLOSE);
    }
  }

  // ---- the application's headers

  private void visit(Object headers) {
    if (headers == null) {
      return;
    }
    if (headers instanceof Reply.Fields fields) {
      fields.forEach(this::add);
    } else if (headers instanceof IKVReduce map) {
      map.kvreduce(this, null);
    } else if (headers instanceof IPersistentMap map) {
      for (Object entry : map) {
        add(((Map.Entry<?, ?>) entry).getKey(), ((Map.Entry<?, ?>) entry).getValue());
      }
    } else if (headers instanceof Map<?, ?> map) {
      map.forEach(this::add);
    } else {
      throw new IllegalArgumentException(
          "response :headers are of " + headers.getClass() + " (expected: a map)");
    }
  }

  /** One step of {@code reduce-kv}. */
  @Override
  public Object invoke(Object acc, Object name, Object value) {
    add(name, value);
    return null;
  }

  private void add(Object name, Object value) {
    HeaderName header = HeaderName.of(name);
    if (value instanceof String s) {
      addOne(header, s);
    } else if (value instanceof Sequential || value instanceof java.util.List) {
      for (Object each : (Iterable<?>) value) {
        addOne(header, HeaderValue.text(header, each));
      }
    } else {
      addOne(header, HeaderValue.text(header, value));
    }
  }

  private void addOne(HeaderName header, String value) {
    switch (header.role()) {
      case CONTENT_LENGTH -> contentLength = parseLength(value);
      case CONTENT_TYPE -> {
        contentType = value;
        contentTypeName = header;
      }
      case LOCATION -> {
        location = value;
        locationName = header;
      }
      case CONNECTION -> closeAsked |= hasClose(value);
      case TRANSFER_ENCODING -> {} // framing is the server's business
      case DATE -> {
        if (!dateGiven) {
          dateGiven = true;
          line(header, value);
        }
      }
      case SERVER -> {
        if (!serverGiven) {
          serverGiven = true;
          line(header, value);
        }
      }
      case NEGOTIATION -> {
        if (negotiation == null || !negotiation.take(header, value)) {
          line(header, value);
        }
      }
      default -> line(header, value);
    }
  }

  private void line(HeaderName header, String value) {
    buffer.add(header.line(headerCase));
    buffer.value(header.name(), value);
    buffer.crlf();
  }

  private static boolean hasClose(String value) {
    for (String token : value.split(",")) {
      if (token.trim().equalsIgnoreCase("close")) {
        return true;
      }
    }
    return false;
  }

  private static long parseLength(String value) {
    try {
      long length = Long.parseLong(value.trim());
      if (length >= 0) {
        return length;
      }
    } catch (NumberFormatException e) {
      // falls through to the one message for both faults
    }
    throw new IllegalArgumentException(
        "response header Content-Length is \"" + value + "\" (expected: a whole number of bytes)");
  }

  private static byte[] ascii(String s) {
    return s.getBytes(StandardCharsets.US_ASCII);
  }
}
