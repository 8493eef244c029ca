package weir.bytes;

import clojure.lang.IFn;
import java.util.Objects;

/** A conversion that a program wrote as a Clojure function of a value and an options map. */
public final class FunctionConversion implements Conversion, Transfer {

  private final IFn function;

  /** Makes a conversion, or a transfer, which has a sink between the two arguments. */
  public FunctionConversion(IFn function) {
    this.function = Objects.requireNonNull(function, "function");
  }

  @Override
  public Object convert(Object x, Options options) {
    return function.invoke(x, options.toMap());
  }

  @Override
  public Object transfer(Object source, Object sink, Options options) {
    return function.invoke(source, sink, options.toMap());
  }
}
