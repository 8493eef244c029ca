package weir.http.client;

import io.netty.channel.ChannelFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import weir.http.Progress;

/** Counts the bytes of one body for who wants to know. Only for the event loop. */
final class ProgressMeter {

  private static final Logger LOG = LoggerFactory.getLogger(ProgressMeter.class);

  private final long total;
  private Progress progress; // null after it has failed
  private long bytes;

  private ProgressMeter(Progress progress, long total) {
    this.progress = progress;
    this.total = total;
  }

  /** Returns null if nobody wants to know. */
  static ProgressMeter of(Progress progress, long total) {
    return progress == null ? null : new ProgressMeter(progress, total);
  }

  /** So many bytes more. */
  void add(int more) {
    bytes += more;
    if (progress == null) {
      return;
    }
    try {
      progress.moved(bytes, total);
    } catch (RuntimeException e) {
      progress = null;
      LOG.error("a progress hook has failed; it is not called any more for this body", e);
    }
  }

  /** So many bytes more once they are written. */
  ChannelFuture addWhenWritten(ChannelFuture written, int more) {
    return written.addListener(
        done -> {
          if (done.isSuccess()) {
            add(more);
          }
        });
  }
}
