package weir.net.tls;

import io.netty.handler.ssl.SslContext;
import java.net.IDN;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;

/** Server names and their contexts; a name that starts with {@code *.} stands for one level. */
final class ServerNames implements Function<String, SslContext> {

  private final Map<String, SslContext> exact = new HashMap<>();

  ServerNames(Map<String, SslContext> contexts) {
    contexts.forEach(
        (name, context) -> {
          if (context == null || !context.isServer()) {
            throw TlsBuilder.invalid("sni: " + name + " has no server context", null);
          }
          exact.put(normalize(name), context);
        });
  }

  private static String normalize(String name) {
    boolean wild = name.startsWith("*.");
    String ascii = IDN.toASCII(wild ? name.substring(2) : name, IDN.ALLOW_UNASSIGNED);
    return (wild ? "*." : "") + ascii.toLowerCase(Locale.ROOT);
  }

  @Override
  public SslContext apply(String name) {
    SslContext found = exact.get(name);
    int dot = found == null ? name.indexOf('.') : -1;
    return dot < 0 ? found : exact.get("*" + name.substring(dot));
  }
}
