package weir.http.websocket;

import io.netty.util.concurrent.FastThreadLocal;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.zip.Deflater;
import java.util.zip.Inflater;

/** One thing that each event loop keeps for the sockets that need it only for one message. */
final class Spare<T> extends FastThreadLocal<T> {

  static final Spare<Inflater> INFLATER = new Spare<>(() -> new Inflater(true), Inflater::end);

  private static final List<Spare<Deflater>> DEFLATERS =
      IntStream.rangeClosed(0, Deflater.BEST_COMPRESSION)
          .mapToObj(level -> new Spare<>(() -> new Deflater(level, true), Deflater::end))
          .toList();

  static Spare<Deflater> deflater(int level) {
    return DEFLATERS.get(level);
  }

  private final Supplier<T> maker;
  private final Consumer<T> destroyer;

  private Spare(Supplier<T> maker, Consumer<T> destroyer) {
    this.maker = maker;
    this.destroyer = destroyer;
  }

  T take() {
    T spare = getIfExists();
    if (spare == null) {
      return maker.get();
    }
    set(null);
    return spare;
  }

  /** Keeps {@code used}, which is as if it were new. */
  void giveBack(T used) {
    if (getIfExists() == null) {
      set(used);
    } else {
      destroyer.accept(used);
    }
  }

  @Override
  protected void onRemoval(T spare) {
    if (spare != null) {
      destroyer.accept(spare);
    }
  }
}
