package weir.http.http2;

import static io.netty.handler.codec.http2.Http2CodecUtil.streamableBytes;

import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Stream;
import io.netty.handler.codec.http2.StreamByteDistributor;
import io.netty.handler.codec.http2.UniformStreamByteDistributor;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Queue;
import weir.http.Priority;

/**
 * Decides which stream's DATA is written next, as clients have asked for it: the most urgent first.
 * Among those that are equally urgent, one that is of use only as a whole has its turn until it is done,
 * in the order in which they were opened, and takes turns with those that are of use in parts.
 *
 * <p>Streams of which nothing was said share what is left between the urgencies 2 and 4 equally. As long
 * as nothing was said of any, this does nothing of its own. For the event loop.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc9218#section-10">RFC 9218 §10</a>
 */
final class PriorityDistributor implements StreamByteDistributor {

  /** What a stream gets at a time that shares its turn. */
  private static final int SHARE = 16 * 1024;

  private final Http2Connection connection;
  private final StreamByteDistributor others;
  private Http2Connection.PropertyKey key; // null until a priority is given
  private List<Level> levels;
  private boolean waiting;

  /** Creates a distributor for the streams of a connection. */
  PriorityDistributor(Http2Connection connection) {
    this.connection = connection;
    this.others = new UniformStreamByteDistributor(connection);
  }

  /** Sets how urgent a stream is of which nothing was written yet, unless that is known. */
  void prioritize(int streamId, Priority priority) {
    Http2Stream stream = connection.stream(streamId);
    if (stream == null) {
      return; // it has ended already
    }
    prepare();
    if (stream.getProperty(key) == null) {
      stream.setProperty(key, new Turn(stream, queueOf(priority)));
    }
  }

  /**
   * Sets how urgent a stream is from now on.
   *
   * @return whether what it has to send is not known here, and is to be told again
   */
  boolean reprioritize(Http2Stream stream, Priority priority) {
    prepare();
    Turn turn = stream.getProperty(key);
    if (turn != null) {
      turn.move(queueOf(priority));
      return false;
    }
    others.updateStreamableBytes(new Nothing(stream));
    stream.setProperty(key, new Turn(stream, queueOf(priority)));
    return true;
  }

  private void prepare() {
    if (key == null) {
      key = connection.newKey();
      levels = new ArrayList<>();
      for (int urgency = 0; urgency <= Priority.LEAST_URGENT; urgency++) {
        levels.add(new Level());
      }
    }
  }

  private Queue<Turn> queueOf(Priority priority) {
    Level level = levels.get(priority.urgency());
    return priority.incremental() ? level.parts : level.wholes;
  }

  @Override
  public void updateStreamableBytes(StreamState state) {
    waiting |= state.hasFrame();
    Turn turn = key == null ? null : state.stream().getProperty(key);
    if (turn == null) {
      others.updateStreamableBytes(state);
    } else {
      turn.update(streamableBytes(state), state.hasFrame(), state.windowSize());
    }
  }

  @Override
  public void updateDependencyTree(int child, int parent, short weight, boolean exclusive) {
    others.updateDependencyTree(child, parent, weight, exclusive);
  }

  @Override
  public boolean distribute(int maxBytes, Writer writer) throws Http2Exception {
    boolean more = key == null ? others.distribute(maxBytes, writer) : byUrgency(maxBytes, writer);
    waiting = more;
    return more;
  }

  /** Returns whether anything may be waiting that the window of its stream would let pass. */
  boolean isWaiting() {
    return waiting;
  }

  private boolean byUrgency(int maxBytes, Writer writer) throws Http2Exception {
    int left = maxBytes;
    boolean more = false;
    for (int urgency = 0; urgency < levels.size(); urgency++) {
      Level level = levels.get(urgency);
      if (urgency == Priority.DEFAULT.urgency()) {
        Counting counting = new Counting(writer);
        more |= others.distribute(level.isEmpty() ? left : (left + 1) / 2, counting);
        left -= counting.written;
      }
      left = level.distribute(left, writer);
      more |= !level.isEmpty();
    }
    return more;
  }

  /** Streams that are equally urgent and have something to send. */
  private static final class Level {
    private final Queue<Turn> wholes =
        new PriorityQueue<>(Comparator.comparingInt((Turn turn) -> turn.stream.id()));
    private final Queue<Turn> parts = new ArrayDeque<>();

    boolean isEmpty() {
      return wholes.isEmpty() && parts.isEmpty();
    }

    /** Returns how much is left of what may be written. */
    int distribute(int most, Writer writer) {
      int left = most;
      while (!isShut(wholes, left) || !isShut(parts, left)) {
        left -= next(wholes, Math.min(SHARE, left), writer);
        left -= next(parts, Math.min(SHARE, left), writer);
      }
      return left;
    }

    /** Returns whether there is no stream, or no room for what the next has to send. */
    private static boolean isShut(Queue<Turn> queue, int left) {
      Turn next = queue.peek();
      return next == null || left == 0 && next.bytes > 0;
    }

    /** Lets the next stream write, and returns how many bytes it has written. */
    private static int next(Queue<Turn> queue, int most, Writer writer) {
      if (isShut(queue, most)) {
        return 0;
      }
      Turn turn = queue.remove();
      turn.queued = false;
      return turn.write(most, writer);
    }
  }

  /** A stream whose priority is known. */
  private static final class Turn {
    private final Http2Stream stream;
    private Queue<Turn> queue;
    private int bytes;
    private boolean sendable;
    private boolean queued;
    private boolean writing;

    Turn(Http2Stream stream, Queue<Turn> queue) {
      this.stream = stream;
      this.queue = queue;
    }

    /**
     * What there is to send has changed. A frame without bytes gets one chance when the window is shut:
     * the next comes with the next change (RFC 9113 §6.9.1 lets it pass).
     */
    void update(int newBytes, boolean hasFrame, int window) {
      bytes = newBytes;
      sendable = hasFrame && (window > 0 || window == 0 && !writing);
      if (sendable && !queued) {
        queued = true;
        queue.add(this);
      }
    }

    void move(Queue<Turn> to) {
      if (queued) {
        queue.remove(this);
        to.add(this);
      }
      queue = to;
    }

    int write(int most, Writer writer) {
      if (!sendable) {
        return 0;
      }
      int n = Math.min(most, bytes);
      writing = true;
      try {
        writer.write(stream, n);
      } finally {
        writing = false;
      }
      return n;
    }
  }

  /** A stream that has nothing to send. */
  private record Nothing(Http2Stream stream) implements StreamState {
    @Override
    public long pendingBytes() {
      return 0;
    }

    @Override
    public boolean hasFrame() {
      return false;
    }

    @Override
    public int windowSize() {
      return 0;
    }
  }

  /** Counts what the streams have got of which nothing was said. */
  private static final class Counting implements Writer {
    private final Writer writer;
    private int written;

    Counting(Writer writer) {
      this.writer = writer;
    }

    @Override
    public void write(Http2Stream stream, int bytes) {
      written += bytes;
      writer.write(stream, bytes);
    }
  }
}
