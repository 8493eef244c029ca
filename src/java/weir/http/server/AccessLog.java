package weir.http.server;

import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import weir.http.ServerListener;

/**
 * One line for each request, in the Common Log Format with the milliseconds that it took at the end, on
 * the logger {@code weir.http.access} at info.
 */
final class AccessLog {

  private static final Logger LOG = LoggerFactory.getLogger("weir.http.access");
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("dd/MMM/yyyy:HH:mm:ss Z", Locale.ROOT);

  private AccessLog() {}

  static void write(ServerListener.Exchange event) {
    if (LOG.isInfoEnabled()) {
      LOG.info(line(event, ZonedDateTime.now()));
    }
  }

  static String line(ServerListener.Exchange event, ZonedDateTime time) {
    long micros = (event.queuedNanos() + event.handledNanos() + event.writtenNanos()) / 1000;
    StringBuilder line = new StringBuilder(120);
    line.append(host(event.remote())).append(" - - [").append(TIME.format(time)).append("] \"");
    escape(event.method(), line);
    escape(" " + event.target() + " ", line);
    line.append(event.protocol()).append("\" ").append(event.status() == 0 ? "-" : event.status());
    line.append(' ').append(event.bodyBytes()).append(' ');
    line.append(micros / 1000).append('.');
    return line.append(String.format(Locale.ROOT, "%03d", micros % 1000)).toString();
  }

  private static String host(SocketAddress address) {
    return address instanceof InetSocketAddress inet && inet.getAddress() != null
        ? inet.getAddress().getHostAddress()
        : "-";
  }

  /** What a client sends must not end a line or a quoted part of it. */
  private static void escape(String text, StringBuilder line) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"' || c == '\\') {
        line.append('\\').append(c);
      } else if (c < ' ' || c > '~') {
        line.append(String.format(Locale.ROOT, "\\x%02x", (int) c));
      } else {
        line.append(c);
      }
    }
  }
}
