package org.httpkit;

import clojure.lang.Keyword;
import java.util.Locale;

/** The methods that http-kit knows by name. Servers and clients here take any other token, too. */
public enum HttpMethod {
  /** Asks for a representation. */
  GET,
  /** Asks for what GET would say, without the body. */
  HEAD,
  /** Has the resource process a body. */
  POST,
  /** Replaces the resource. */
  PUT,
  /** Removes the resource. */
  DELETE,
  /** Asks for an echo of the request. */
  TRACE,
  /** Asks what can be done. */
  OPTIONS,
  /** Asks a proxy for a tunnel. */
  CONNECT,
  /** Changes a part of the resource (RFC 5789). */
  PATCH,
  /** Asks for properties (RFC 4918). */
  PROPFIND,
  /** Changes properties (RFC 4918). */
  PROPPATCH,
  /** Takes a lock (RFC 4918). */
  LOCK,
  /** Gives a lock back (RFC 4918). */
  UNLOCK,
  /** Asks for a report (RFC 3253). */
  REPORT,
  /** Changes who may do what (RFC 3744). */
  ACL,
  /** Moves the resource (RFC 4918). */
  MOVE,
  /** Copies the resource (RFC 4918). */
  COPY,
  /** Makes a collection (RFC 4918). */
  MKCOL,
  /** Asks for a listing. */
  LIST;

  /** The keyword of request maps, such as {@code :get}. */
  public final Keyword KEY = Keyword.intern(name().toLowerCase(Locale.ROOT));

  /**
   * Returns the method of a keyword.
   *
   * @throws IllegalArgumentException if it is none of these
   */
  public static HttpMethod fromKeyword(Keyword key) {
    return valueOf(key.getName().toUpperCase(Locale.ROOT));
  }
}
