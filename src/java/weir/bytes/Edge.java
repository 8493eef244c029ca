package weir.bytes;

import java.util.Objects;

/**
 * A registered conversion.
 *
 * @param source what it takes
 * @param target what it returns
 * @param cost how bad it is; a path with the least sum wins
 * @param style decides between paths of the same cost and length
 * @param conversion the step itself
 */
public record Edge(Type source, Type target, double cost, Style style, Conversion conversion) {

  /** How a step treats the bytes, best first. */
  public enum Style {
    /** Shares memory. */
    VIEW,
    /** Reads on demand. */
    LAZY,
    /** Reads or copies everything before it returns. */
    COPY,
    /** Registered by a program; taken for a copy, and not trusted to close what lies beneath. */
    FOREIGN
  }

  /** Checks the parts. */
  public Edge {
    Objects.requireNonNull(conversion, "conversion");
    if (!(cost >= 0)) {
      throw new IllegalArgumentException("cost is " + cost + " (expected: zero or more)");
    }
  }

  boolean isForeign() {
    return style == Style.FOREIGN;
  }

  boolean leadsWhere(Edge other) {
    return source.equals(other.source) && target.equals(other.target);
  }

  /** The same step for each element of a sequence or stream. */
  Edge lifted(Type.Wrapper wrapper) {
    boolean stream = wrapper == Type.Wrapper.STREAM;
    return new Edge(
        source.in(wrapper),
        target.in(wrapper),
        stream ? cost + 0.1 : cost,
        style == Style.VIEW ? Style.VIEW : Style.LAZY,
        stream
            ? (x, o) -> new DerivedSource(x, e -> Path.step(this, e, o))
            : (x, o) -> PulledSeq.map(x, e -> Path.step(this, e, o)));
  }
}
