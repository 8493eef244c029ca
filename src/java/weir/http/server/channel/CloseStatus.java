package weir.http.server.channel;

import clojure.lang.Keyword;

/** Why a channel has closed, as callbacks are told. */
final class CloseStatus {

  static final Keyword SERVER_CLOSE = Keyword.intern("server-close");
  static final Keyword CLIENT_CLOSE = Keyword.intern("client-close");
  private static final Keyword UNKNOWN = Keyword.intern("unknown");
  private static final int LOST = 1006;

  private CloseStatus() {}

  /** Returns what the code of a Close means; a lost connection counts as the peer going away. */
  static Keyword of(int code) {
    String name =
        switch (code) {
          case 1000 -> "normal";
          case 1001, LOST -> "going-away";
          case 1002 -> "protocol-error";
          case 1003 -> "unsupported";
          case 1005 -> "no-status-received";
          case 1007 -> "invalid-payload-data";
          case 1008 -> "policy-violation";
          case 1009 -> "message-too-big";
          case 1010 -> "mandatory-extension";
          case 1011 -> "internal-server-error";
          case 1015 -> "tls-handshake";
          default -> null;
        };
    return name == null ? UNKNOWN : Keyword.intern(name);
  }

  /** Returns what it means that the peer's Close has a code: 1006 in a frame is a code like others. */
  static Keyword ofFrame(int code) {
    return code == LOST ? Keyword.intern("abnormal") : of(code);
  }
}
