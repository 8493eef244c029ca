package weir.http.server.channel;

import clojure.lang.IFn;
import clojure.lang.IPersistentMap;
import java.util.HashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells a program's loggers what happens. What they throw is logged, and goes no further. */
public final class Journal {

  private static final Map<String, String> NAMES =
      Map.ofEntries(
          Map.entry("serverAcceptError", "httpkit.server.accept.error"),
          Map.entry("serverLoopError", "httpkit.server.loop.error"),
          Map.entry("serverWsDecodeError", "httpkit.server.ws.decode.error"),
          Map.entry("serverWsFrameError", "httpkit.server.ws.frame.error"),
          Map.entry("serverChannelCloseError", "httpkit.server.channel.close.error"),
          Map.entry("serverStatusPrefix", "httpkit.server.status.processed."),
          Map.entry("serverStatus404", "httpkit.server.status.404"),
          Map.entry("serverStatus413", "httpkit.server.status.413"),
          Map.entry("serverStatus414", "httpkit.server.status.414"),
          Map.entry("serverStatus500", "httpkit.server.status.500"),
          Map.entry("serverStatus503", "httpkit.server.status.503"),
          Map.entry("serverStatus503Todo", "httpkit.server.status.503.todo"),
          Map.entry("clientImpossible", "httpkit.client.impossible"));

  private final Logger log;
  private final IFn errors;
  private final IFn warnings;
  private final IFn events;
  private final Map<String, String> names;

  /**
   * Takes a program's loggers; each may be null.
   *
   * @param name of the log
   * @param errors of a message and a throwable, instead of the log
   * @param warnings of a message and a throwable, instead of the log
   * @param events of the name of an event
   * @param replacements from event ids, such as {@code serverStatus404}, to names
   */
  public Journal(
      String name, IFn errors, IFn warnings, IFn events, Map<String, String> replacements) {
    this.log = LoggerFactory.getLogger(name);
    this.errors = errors;
    this.warnings = warnings;
    this.events = events;
    this.names = new HashMap<>(NAMES);
    this.names.putAll(replacements);
  }

  /** Tells about an error. */
  public void error(String message, Throwable cause) {
    if (errors == null) {
      log.error(message, cause);
    } else {
      call(errors, message, cause);
    }
  }

  /** Tells about a warning. */
  public void warn(String message, Throwable cause) {
    if (warnings == null) {
      log.warn(message, cause);
    } else {
      call(warnings, message, cause);
    }
  }

  /** Tells about an event, by its id. */
  public void event(String id) {
    if (events != null) {
      tell(names.get(id));
    }
  }

  /** A response was given. */
  void processed(long status) {
    if (events != null) {
      tell(names.get("serverStatusPrefix") + status);
    }
  }

  /** A response was given. */
  void processed(IPersistentMap response) {
    if (events != null) {
      processed(ResponseMaps.status(response));
    }
  }

  private void tell(String name) {
    try {
      events.invoke(name);
    } catch (Throwable t) {
      log.debug("the event logger failed", t);
    }
  }

  private void call(IFn logger, String message, Throwable cause) {
    try {
      logger.invoke(message, cause);
    } catch (Throwable t) {
      log.debug("a logger failed", t);
    }
  }
}
