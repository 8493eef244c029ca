package weir.http.http2;

import java.util.concurrent.atomic.AtomicLong;

/**
 * How many bytes of bodies may wait unread on all connections that share it. Windows may be wide, for
 * most peers have readers that take what comes: this bounds what the others can make us hold. A
 * connection counts once more than {@link #FREE_SHARE} wait on it, and is not read any more once it has
 * more than {@link #MOST_TIMES_FREE} times what is left: one alone gets four fifths, two get four
 * ninths each, and when nothing is left each that holds more than its free share has to wait.
 */
public final class UnreadBudget {

  /** What each connection may hold without being counted: the first window of RFC 9113 §6.9.2. */
  static final int FREE_SHARE = 64 * 1024;

  /** So many times what is left may one connection have. */
  static final int MOST_TIMES_FREE = 4;

  /** A window begins with such a part of what is left at most. */
  private static final int FIRST_PART = 2;

  /** What connections have that are given none of their own: a quarter of the largest heap. */
  public static final UnreadBudget PROCESS = new UnreadBudget(Runtime.getRuntime().maxMemory() / 4);

  private final long bytes;
  private final AtomicLong taken = new AtomicLong();

  /** Creates one of so many bytes. */
  public UnreadBudget(long bytes) {
    if (bytes <= 0) {
      throw new IllegalArgumentException("bytes: " + bytes + " (expected: above zero)");
    }
    this.bytes = bytes;
  }

  /** A connection holds so many bytes more, or less. */
  void take(int more) {
    taken.addAndGet(more);
  }

  /** Returns how many bytes wait unread, as far as they count. */
  public long taken() {
    return taken.get();
  }

  /** Returns how wide a window begins that would be so wide if there were plenty. */
  int first(int wanted) {
    return (int) Math.min(wanted, Math.max(FREE_SHARE, free() / FIRST_PART));
  }

  /** Returns how many bytes are left. */
  public long free() {
    return Math.max(0, bytes - taken.get());
  }
}
