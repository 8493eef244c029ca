package weir.bytes;

import java.nio.ByteBuffer;

/** What becomes of each element of a sequence or source. Used by one thread at a time. */
@FunctionalInterface
interface Mapping {

  /** Returns what {@code x} becomes. */
  Object apply(Object x) throws Exception;

  /** Returns one more element behind the last, null for none. Called once. */
  default Object atEnd() {
    return null;
  }

  /** Returns a mapping of anything to text; a character may lie across elements. */
  static Mapping toText(Options options) {
    Decoder decoder = new Decoder(options);
    return new Mapping() {
      @Override
      public Object apply(Object x) throws Exception {
        return x instanceof CharSequence text
            ? decoder.end() + text
            : decoder.decode((ByteBuffer) Conversions.convert(x, ByteBuffer.class, options));
      }

      @Override
      public Object atEnd() {
        String rest = decoder.end();
        return rest.isEmpty() ? null : rest;
      }
    };
  }
}
