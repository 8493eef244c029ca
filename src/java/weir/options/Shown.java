package weir.options;

import clojure.lang.IPending;
import clojure.lang.RT;
import java.io.Writer;

/** How a value is shown in a message: as Clojure prints it, unless that is long or takes doing. */
final class Shown {

  private static final int MOST = 120;

  private Shown() {}

  static String of(Object value) {
    if (value instanceof IPending p && !p.isRealized()) {
      return "a " + value.getClass().getName() + ", not realized";
    }
    Bounded out = new Bounded();
    try {
      RT.print(value, out);
    } catch (Full e) {
      return out.text.append("...").toString();
    } catch (Exception e) {
      return "a " + value.getClass().getName(); // what it cannot tell, its class does
    }
    return out.text.toString();
  }

  /** Ends the printing of what has no end. */
  private static final class Full extends RuntimeException {
    private static final long serialVersionUID = 1;

    Full() {
      super(null, null, false, false);
    }
  }

  private static final class Bounded extends Writer {
    final StringBuilder text = new StringBuilder();

    @Override
    public void write(char[] chars, int offset, int length) {
      int room = MOST - text.length();
      text.append(chars, offset, Math.min(room, length));
      if (length > room) {
        throw new Full();
      }
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
  }
}
