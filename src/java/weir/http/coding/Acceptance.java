package weir.http.coding;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * How well a client likes each coding (RFC 9110 §12.5.3): a weight from 0, never, to 1. What is not a
 * weight counts as 0, so that nothing is sent that may not have been meant.
 */
public final class Acceptance {

  private static final String ANY = "*";
  private static final String IDENTITY = "identity";

  private final Map<String, Float> weights;

  private Acceptance(Map<String, Float> weights) {
    this.weights = weights;
  }

  /** Reads all {@code Accept-Encoding} fields of a request. */
  public static Acceptance of(List<String> fields) {
    Map<String, Float> weights = new HashMap<>();
    for (String field : fields) {
      for (String element : field.split(",")) {
        String[] parts = element.split(";");
        String name = parts[0].trim().toLowerCase(Locale.ROOT);
        if (!name.isEmpty()) {
          weights.put(name.equals("x-gzip") ? "gzip" : name, parameter(parts));
        }
      }
    }
    return new Acceptance(weights);
  }

  /** Takes weights by coding, as {@link #weights} returns them. */
  public static Acceptance of(Map<String, ? extends Number> weights) {
    Map<String, Float> copy = new HashMap<>();
    weights.forEach((coding, weight) -> copy.put(coding, weight.floatValue()));
    return new Acceptance(copy);
  }

  /** Returns the weight of each coding that was named, in lower case. */
  public Map<String, Float> weights() {
    return Map.copyOf(weights);
  }

  private static float parameter(String[] parts) {
    for (int i = 1; i < parts.length; i++) {
      String parameter = parts[i].trim();
      if (parameter.length() > 1 && (parameter.charAt(0) | 0x20) == 'q') {
        return q(parameter.substring(1).trim());
      }
    }
    return 1;
  }

  private static float q(String assignment) {
    try {
      float q = assignment.startsWith("=") ? Float.parseFloat(assignment.substring(1).trim()) : 0;
      return q >= 0 && q <= 1 ? q : 0;
    } catch (NumberFormatException e) {
      return 0;
    }
  }

  float weight(String coding) {
    Float named = weights.get(coding);
    return named != null ? named : weights.getOrDefault(ANY, 0f);
  }

  /** What nobody has asked for by name loses against everything that somebody has. */
  float weightOfIdentity() {
    return weights.getOrDefault(IDENTITY, 0f);
  }
}
