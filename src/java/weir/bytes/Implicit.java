package weir.bytes;

import java.util.List;

/** The steps between wrappers, which hold for elements of every type. */
final class Implicit {

  private Implicit() {}

  static List<Edge> from(Type type) {
    if (type.wrapper() == null) {
      return List.of();
    }
    Type seq = type.in(Type.Wrapper.SEQ);
    switch (type.wrapper()) {
      case VECTOR:
        return List.of(new Edge(type, seq, 1, Edge.Style.VIEW, (x, o) -> PulledSeq.map(x, e -> e)));
      case SEQ:
        Type stream = type.in(Type.Wrapper.STREAM);
        return List.of(new Edge(type, stream, 1, Edge.Style.LAZY, (x, o) -> new SeqSource(x)));
      case STREAM:
        return List.of(new Edge(type, seq, 1, Edge.Style.LAZY, (x, o) -> PulledSeq.ofSource(x)));
      default:
        throw new IllegalStateException(type.toString());
    }
  }
}
