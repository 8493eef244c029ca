package weir.http.websocket;

import java.util.List;
import java.util.Map;

/**
 * What two peers have agreed about permessage-deflate.
 *
 * @param response how the server says it
 * @see <a href="https://www.rfc-editor.org/rfc/rfc7692#section-7.1">RFC 7692 §7.1</a>
 */
record PerMessageDeflate(
    boolean serverNoContextTakeover,
    boolean clientNoContextTakeover,
    int serverMaxWindowBits,
    int clientMaxWindowBits,
    String response) {

  private static final String NAME = "permessage-deflate";
  private static final String SERVER_NO_CONTEXT = "server_no_context_takeover";
  private static final String CLIENT_NO_CONTEXT = "client_no_context_takeover";
  private static final String SERVER_BITS = "server_max_window_bits";
  private static final String CLIENT_BITS = "client_max_window_bits";
  private static final int MAX = DeflateConfig.MAX_WINDOW_BITS;
  private static final int ABSENT = 0;
  private static final int BAD = -1;
  private static final int WITHOUT_VALUE = -2;

  // ---- the server

  /** Returns what the server agrees to: the first offer that it understands; null if none. */
  static PerMessageDeflate accept(String offers, DeflateConfig config) {
    List<Extension> all = offers == null ? null : Extension.parse(offers);
    if (all == null) {
      return null;
    }
    for (Extension offer : all) {
      PerMessageDeflate agreed = offer.name().equals(NAME) ? accept(offer, config) : null;
      if (agreed != null) {
        return agreed;
      }
    }
    return null;
  }

  private static PerMessageDeflate accept(Extension offer, DeflateConfig config) {
    Map<String, String> asked = offer.parameters();
    int serverBits = bits(asked, SERVER_BITS);
    int clientBits = bits(asked, CLIENT_BITS);
    if (!understood(asked) || serverBits < 0 || clientBits == BAD) {
      return null;
    }
    boolean serverFresh = asked.containsKey(SERVER_NO_CONTEXT) || config.serverNoContextTakeover();
    boolean clientFresh = asked.containsKey(CLIENT_NO_CONTEXT) || config.clientNoContextTakeover();
    int server = Math.min(serverBits == ABSENT ? MAX : serverBits, config.serverMaxWindowBits());
    int client = MAX;
    if (clientBits != ABSENT) { // §7.1.2.2: else the client would not understand the parameter
      client = Math.min(clientBits > 0 ? clientBits : MAX, config.clientMaxWindowBits());
    }
    String response = parameters(serverFresh, clientFresh, server, serverBits != ABSENT, client);
    return new PerMessageDeflate(serverFresh, clientFresh, server, client, response);
  }

  // ---- the client

  /** Returns the offer of a client. */
  static String offer(DeflateConfig config) {
    int client = config.clientMaxWindowBits();
    return parameters(
            config.serverNoContextTakeover(),
            config.clientNoContextTakeover(),
            config.serverMaxWindowBits(),
            false,
            client)
        + (client == MAX ? "; " + CLIENT_BITS : "");
  }

  /**
   * Returns what the server has agreed to; null if it wants no extension.
   *
   * @param response its header, or null
   * @throws IllegalArgumentException if that is no answer to the offer (RFC 6455 §9.1: the client then
   *     fails the connection)
   */
  static PerMessageDeflate agreed(String response, DeflateConfig config) {
    if (response == null) {
      return null;
    }
    List<Extension> all = Extension.parse(response);
    if (all == null || all.size() != 1 || !all.get(0).name().equals(NAME)) {
      throw refused(response);
    }
    Map<String, String> given = all.get(0).parameters();
    int server = bits(given, SERVER_BITS);
    int client = bits(given, CLIENT_BITS);
    boolean serverFresh = given.containsKey(SERVER_NO_CONTEXT);
    if (!understood(given)
        || server < 0
        || client < 0
        || config.serverNoContextTakeover() && !serverFresh
        || widest(server) > config.serverMaxWindowBits()) {
      throw refused(response);
    }
    boolean clientFresh = given.containsKey(CLIENT_NO_CONTEXT) || config.clientNoContextTakeover();
    int bits = Math.min(widest(client), config.clientMaxWindowBits());
    return new PerMessageDeflate(serverFresh, clientFresh, widest(server), bits, response);
  }

  private static int widest(int bits) {
    return bits == ABSENT ? MAX : bits;
  }

  private static IllegalArgumentException refused(String response) {
    return new IllegalArgumentException(
        "Invalid extensions. The server has answered \"" + response + "\", which was not offered");
  }

  // ---- both

  /** §7.1: parameters that are not known, or have a value that they must not have. */
  private static boolean understood(Map<String, String> parameters) {
    for (Map.Entry<String, String> p : parameters.entrySet()) {
      switch (p.getKey()) {
        case SERVER_NO_CONTEXT, CLIENT_NO_CONTEXT -> {
          if (p.getValue() != null) {
            return false;
          }
        }
        case SERVER_BITS, CLIENT_BITS -> {}
        default -> {
          return false;
        }
      }
    }
    return true;
  }

  private static int bits(Map<String, String> parameters, String name) {
    if (!parameters.containsKey(name)) {
      return ABSENT;
    }
    String value = parameters.get(name);
    if (value == null) {
      return WITHOUT_VALUE;
    }
    boolean one = value.length() == 1 && value.charAt(0) >= '8' && value.charAt(0) <= '9';
    boolean two =
        value.length() == 2 && value.charAt(0) == '1' && "012345".contains(value.substring(1));
    return one || two ? Integer.parseInt(value) : BAD;
  }

  private static String parameters(
      boolean serverFresh, boolean clientFresh, int server, boolean sayServer, int client) {
    StringBuilder s = new StringBuilder(NAME);
    if (serverFresh) {
      s.append("; ").append(SERVER_NO_CONTEXT);
    }
    if (clientFresh) {
      s.append("; ").append(CLIENT_NO_CONTEXT);
    }
    if (server < MAX || sayServer) {
      s.append("; ").append(SERVER_BITS).append('=').append(server);
    }
    if (client < MAX) {
      s.append("; ").append(CLIENT_BITS).append('=').append(client);
    }
    return s.toString();
  }

  // ---- what each side makes of it

  MessageDeflater deflater(boolean server, int level) {
    return server
        ? new MessageDeflater(level, serverMaxWindowBits, serverNoContextTakeover)
        : new MessageDeflater(level, clientMaxWindowBits, clientNoContextTakeover);
  }

  MessageInflater inflater(boolean server) {
    return new MessageInflater(server ? clientNoContextTakeover : serverNoContextTakeover);
  }
}
