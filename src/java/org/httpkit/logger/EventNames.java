package org.httpkit.logger;

import java.util.Map;

/** The names of events, which a program may replace. */
public class EventNames {

  /** The names that are replaced: from event ids, such as {@code serverStatus404}. */
  public final Map<String, String> replacements;

  /** Keeps all names. */
  public EventNames() {
    this(Map.of());
  }

  /** Replaces some names. */
  public EventNames(Map<String, String> replacements) {
    this.replacements = Map.copyOf(replacements);
  }
}
