package weir.http.server.channel;

import clojure.lang.IPersistentMap;
import clojure.lang.Keyword;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import java.io.ByteArrayInputStream;
import org.httpkit.BytesInputStream;
import weir.http.ContentType;
import weir.http.Endpoints;
import weir.http.MapView;
import weir.http.RequestMessage;
import weir.http.RingRequest;
import weir.http.ViewKeys;
import weir.http.server.Upgradable;

/** The request map of http-kit's API: a view, like {@link RingRequest}, that has a channel. */
final class ChannelRequest extends MapView {

  private static final int REQUEST_METHOD = 0;
  private static final int URI = 1;
  private static final int QUERY_STRING = 2;
  private static final int HEADERS = 3;
  private static final int BODY = 4;
  private static final int SCHEME = 5;
  private static final int SERVER_NAME = 6;
  private static final int SERVER_PORT = 7;
  private static final int REMOTE_ADDR = 8;
  private static final int PROTOCOL = 9;
  private static final int CONTENT_TYPE = 10;
  private static final int CONTENT_LENGTH = 11;
  private static final int CHARACTER_ENCODING = 12;
  private static final int ASYNC_CHANNEL = 13;
  private static final int WEBSOCKET = 14;
  private static final int START_TIME = 15;
  private static final int EXCHANGE = 16; // up to here always present
  private static final int SSL_CLIENT_CERT = 17;

  private static final Keyword[] NAMES = {
    Keyword.intern("request-method"),
    Keyword.intern("uri"),
    Keyword.intern("query-string"),
    Keyword.intern("headers"),
    Keyword.intern("body"),
    Keyword.intern("scheme"),
    Keyword.intern("server-name"),
    Keyword.intern("server-port"),
    Keyword.intern("remote-addr"),
    Keyword.intern("protocol"),
    Keyword.intern("content-type"),
    Keyword.intern("content-length"),
    Keyword.intern("character-encoding"),
    Keyword.intern("async-channel"),
    Keyword.intern("websocket?"),
    Keyword.intern("start-time"),
    Keyword.intern("weir", "exchange"),
    Keyword.intern("ssl-client-cert")
  };

  private static final ViewKeys KEYS = ViewKeys.of(ChannelRequest.class, NAMES);

  private final RingRequest ring;
  private final ChannelHub hub;
  private volatile ResponseChannel channel;

  ChannelRequest(RingRequest ring, ChannelHub hub) {
    this.ring = ring;
    this.hub = hub;
  }

  private ChannelRequest(
      ChannelRequest origin, IPersistentMap overlay, int hidden, IPersistentMap meta) {
    super(overlay, hidden, meta);
    ring = origin.ring;
    hub = origin.hub;
    channel = origin.channel();
  }

  /** Returns the channel if somebody has asked for it, else null. */
  ResponseChannel knownChannel() {
    return channel;
  }

  private ResponseChannel channel() {
    ResponseChannel known = channel;
    if (known == null) {
      synchronized (this) {
        known = channel;
        if (known == null) {
          known = new ResponseChannel(hub, (Upgradable) ring.message(), isWebSocket());
          channel = known;
        }
      }
    }
    return known;
  }

  RequestMessage message() {
    return ring.message();
  }

  @Override
  protected ViewKeys viewKeys() {
    return KEYS;
  }

  @Override
  protected MapView with(IPersistentMap overlay, int hidden, IPersistentMap meta) {
    return new ChannelRequest(this, overlay, hidden, meta);
  }

  @Override
  protected boolean present(int index) {
    return index <= EXCHANGE || base(index) != null;
  }

  @Override
  protected Object base(int index) {
    return switch (index) {
      case BODY -> body();
      case SERVER_PORT -> ((Number) ring.valAt(NAMES[SERVER_PORT])).intValue();
      case REMOTE_ADDR -> remoteAddress();
      case CONTENT_TYPE -> contentType();
      case CONTENT_LENGTH -> contentLength();
      case CHARACTER_ENCODING -> characterEncoding();
      case ASYNC_CHANNEL -> channel();
      case WEBSOCKET -> isWebSocket();
      case START_TIME -> message().arrivedNanos();
      case HEADERS -> headers();
      case URI -> ring.path();
      case QUERY_STRING -> ring.query();
      case REQUEST_METHOD, SCHEME, SERVER_NAME, PROTOCOL, EXCHANGE, SSL_CLIENT_CERT ->
          ring.valAt(NAMES[index]);
      default -> throw new IllegalArgumentException("index: " + index);
    };
  }

  /** Nil where there is nothing to read, unless the server was told otherwise. */
  private Object body() {
    Object body = message().body();
    boolean empty = body != null && body.getClass() == ByteArrayInputStream.class;
    return empty && !hub.settings().keepsEmptyBodies() ? null : body;
  }

  private int contentLength() {
    if (message().body() instanceof BytesInputStream bytes) {
      return bytes.getCount();
    }
    Object announced = ring.valAt(NAMES[CONTENT_LENGTH]);
    return announced instanceof Number n ? n.intValue() : 0;
  }

  private String contentType() {
    String whole = message().headers().get(HttpHeaderNames.CONTENT_TYPE);
    if (ContentType.charset(whole) == null) {
      return whole;
    }
    return whole.substring(0, whole.indexOf(';')).trim();
  }

  private String characterEncoding() {
    String charset = ContentType.charset(message().headers().get(HttpHeaderNames.CONTENT_TYPE));
    return charset == null ? "utf8" : charset;
  }

  /** A proxy that speaks the PROXY protocol knows better than the headers that it passes on. */
  private Object headers() {
    Endpoints endpoints = message().endpoints();
    if (!endpoints.areTold()) {
      return ring.headers();
    }
    int port = endpoints.localPort();
    IPersistentMap headers =
        ((IPersistentMap) ring.headers())
            .assoc("x-forwarded-for", endpoints.remoteHost())
            .assoc("x-forwarded-port", String.valueOf(port));
    return switch (port) {
      case 443 -> headers.assoc("x-forwarded-proto", "https");
      case 80 -> headers.assoc("x-forwarded-proto", "http");
      default -> headers;
    };
  }

  private String remoteAddress() {
    if (message().endpoints().areTold()) {
      return message().endpoints().remoteHost();
    }
    if (hub.settings().trustsForwardedFor()) {
      String forwarded = message().headers().get("x-forwarded-for");
      if (forwarded != null) {
        int comma = forwarded.indexOf(',');
        return (comma < 0 ? forwarded : forwarded.substring(0, comma)).trim();
      }
    }
    return message().endpoints().remoteHost();
  }

  boolean isWebSocket() {
    HttpHeaders headers = message().headers();
    if (!headers.contains(HttpHeaderNames.UPGRADE)) {
      return false; // nearly always
    }
    for (String field : headers.getAll(HttpHeaderNames.UPGRADE)) {
      for (String token : field.split(",")) {
        if (token.trim().equalsIgnoreCase("websocket")) {
          return true;
        }
      }
    }
    return false;
  }
}
