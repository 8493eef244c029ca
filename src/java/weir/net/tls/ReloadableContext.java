package weir.net.tls;

import io.netty.handler.ssl.SslContext;
import java.io.File;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import weir.executor.Pools;

/**
 * A context whose keys and certificates are read again from their files. A handshake that begins
 * after the interval looks, off the event loop, whether a file has changed; the next handshakes use
 * what was read. What cannot be used is logged as an error, and the old context stays.
 */
public final class ReloadableContext extends WrappedContext {

  private static final Logger LOG = LoggerFactory.getLogger(ReloadableContext.class);

  private final Supplier<SslContext> source;
  private final List<File> files;
  private final long intervalNanos;
  private final AtomicBoolean reading = new AtomicBoolean();
  private volatile SslContext current;
  private volatile long lookedNanos;
  private volatile String seen;

  ReloadableContext(Supplier<SslContext> source, List<File> files, Duration interval) {
    this.source = source;
    this.files = List.copyOf(files);
    this.intervalNanos = interval.toNanos();
    this.seen = state();
    this.current = source.get();
    this.lookedNanos = System.nanoTime();
  }

  /**
   * Reads the files now, whether they have changed or not; blocks.
   *
   * @throws IllegalArgumentException if they cannot be used; the old context stays in use
   */
  public void reload() {
    String before = state();
    current = source.get();
    seen = before;
    LOG.info("read TLS keys and certificates again from {}", files);
  }

  @Override
  SslContext current() {
    if (intervalNanos > 0 && System.nanoTime() - lookedNanos >= intervalNanos) {
      look();
    }
    return current;
  }

  private void look() {
    if (!reading.compareAndSet(false, true)) {
      return;
    }
    lookedNanos = System.nanoTime();
    Pools.waitPool()
        .execute(
            () -> {
              try {
                reloadIfChanged();
              } finally {
                reading.set(false);
              }
            });
  }

  private void reloadIfChanged() {
    String now = state();
    if (now.equals(seen)) {
      return;
    }
    try {
      reload();
    } catch (RuntimeException e) {
      seen = now; // said once for each change
      LOG.error("cannot use the new TLS keys and certificates; the old ones stay in use", e);
    }
  }

  /** Cheap to compute and different when a file was replaced or written to. */
  private String state() {
    StringBuilder b = new StringBuilder();
    for (File file : files) {
      b.append(file.lastModified()).append(':').append(file.length()).append(' ');
    }
    return b.toString();
  }
}
