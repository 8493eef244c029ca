package weir.http.server;

import clojure.lang.AFn;
import clojure.lang.IKVReduce;
import clojure.lang.IPersistentMap;
import clojure.lang.Sequential;
import io.netty.buffer.ByteBuf;
import java.util.Map;
import weir.http.HeaderName;
import weir.http.HeaderValue;
import weir.http.Reply;
import weir.http.coding.Negotiation;

/**
 * Writes one response head after the other, and remembers of each what decides about its framing.
 * Belongs to one event loop or one worker; what a head looks like is the matter of a protocol.
 *
 * <p>Headers are visited through {@code reduce-kv}, which makes no map entries: hence a function.
 */
abstract class HeadWriter extends AFn {

  private static final String TEXT_IN_UTF8 = "text/plain; charset=UTF-8";
  private static final long NONE = -1;

  private final StandardHeaders standard;
  private final Negotiation negotiation; // null if the server never encodes a body

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
    this.negotiation = standard.negotiation();
  }

  /** Starts a head and takes all headers in. */
  final void begin(int status, Object headers) {
    serverGiven = false;
    dateGiven = false;
    closeAsked = false;
    contentLength = NONE;
    contentType = null;
    location = null;
    if (negotiation != null) {
      negotiation.begin(status);
    }
    status(status);
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
  abstract void endWithLength(long length, boolean keepAlive);

  /** Writes what is left for a body whose end is marked by the protocol. */
  abstract void endChunked(boolean keepAlive);

  /** Writes what is left without any framing: no body at all, or one that ends by closing. */
  abstract void endUnframed(boolean keepAlive);

  /** Returns the head, which the next one does not change: what {@link Exchange#head} is. */
  abstract Object take();

  /**
   * Adds a small body behind the head.
   *
   * @return false if this protocol has no bytes behind a head
   */
  abstract boolean append(byte[] body);

  /** Returns the encoder of long strings, null if head and text cannot be one buffer. */
  LongText longText() {
    return null;
  }

  /** The text that is encoded in {@code content} has room for the head before it. */
  void moveBefore(ByteBuf content) {}

  /** Returns whether heads are those of HTTP/2. */
  abstract boolean isHttp2();

  // ---- for each protocol

  /** Starts a head. */
  abstract void status(int code);

  /** Writes one field. */
  abstract void line(HeaderName header, String value);

  StandardHeaders standard() {
    return standard;
  }

  boolean serverGiven() {
    return serverGiven;
  }

  boolean dateGiven() {
    return dateGiven;
  }

  /** Writes the fields that were kept back until all are known. */
  final void heldLines() {
    if (location != null) {
      line(locationName, location);
    }
    if (contentType != null) {
      boolean completed = contentType.equals("text/plain") && standard.plainTextIsUtf8();
      line(contentTypeName, completed ? TEXT_IN_UTF8 : contentType);
    }
    if (negotiation != null) {
      negotiation.writeTo(this::line);
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
}
