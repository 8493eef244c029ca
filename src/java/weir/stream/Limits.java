package weir.stream;

import clojure.lang.AFn;
import clojure.lang.IRef;
import clojure.lang.Keyword;
import clojure.lang.RT;

/** How much may wait at one stream before it is taken for a fault of the program. */
public final class Limits {

  /** How many puts, and how many takes, may wait at one stream. */
  public static final int DEFAULT_MAX_PENDING = 16384;

  private static volatile int maxPuts = DEFAULT_MAX_PENDING;
  private static volatile int maxTakes = DEFAULT_MAX_PENDING;

  private Limits() {}

  /** The number of puts that may wait at one stream; default 16384. */
  public static int maxPuts() {
    return maxPuts;
  }

  /** The number of takes that may wait at one stream; default 16384. */
  public static int maxTakes() {
    return maxTakes;
  }

  /**
   * Changes {@link #maxPuts} for the whole process.
   *
   * @param n zero or more
   */
  public static void maxPuts(int n) {
    maxPuts = check("maxPuts", n);
  }

  /**
   * Changes {@link #maxTakes} for the whole process.
   *
   * @param n zero or more
   */
  public static void maxTakes(int n) {
    maxTakes = check("maxTakes", n);
  }

  /**
   * Takes the limits from references, for instance Clojure variables, whenever they change.
   *
   * @param puts holds {@link #maxPuts}
   * @param takes holds {@link #maxTakes}
   */
  public static void follow(IRef puts, IRef takes) {
    Keyword key = Keyword.intern("weir.stream", "limit");
    puts.addWatch(key, new Follower(true));
    takes.addWatch(key, new Follower(false));
  }

  /** Hears of a new limit. */
  private static final class Follower extends AFn {
    private final boolean ofPuts;

    Follower(boolean ofPuts) {
      this.ofPuts = ofPuts;
    }

    @Override
    public Object invoke(Object key, Object reference, Object before, Object now) {
      int n = RT.intCast(now);
      if (ofPuts) {
        maxPuts(n);
      } else {
        maxTakes(n);
      }
      return null;
    }
  }

  private static int check(String name, int n) {
    if (n < 0) {
      throw new IllegalArgumentException(name + ": " + n + " (expected: zero or more)");
    }
    return n;
  }
}
