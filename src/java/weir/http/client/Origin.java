package weir.http.client;

import weir.http.Url;

/** Whom a connection goes to: connections of one origin serve all its requests alike. */
record Origin(boolean secure, String host, int port) {

  static Origin of(Url url) {
    return new Origin(url.isSecure(), url.host(), url.effectivePort());
  }

  /** The host as a resolver knows it: without the brackets of an IPv6 address. */
  String hostName() {
    return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
  }

  @Override
  public String toString() {
    return (secure ? "https://" : "http://") + host + ":" + port;
  }
}
