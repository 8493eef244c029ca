package weir.http;

import java.io.IOException;
import java.io.InputStream;
import java.net.ProtocolException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Objects;
import weir.deferred.Callback;
import weir.deferred.Deferred;
import weir.executor.Pools;

/**
 * Fetches a file. What has come stands in a file with {@code .part} behind its name, and replaces the
 * target at once when all of it is there. A download that was cut short goes on where it ended, if the
 * server still has the same file: its validator stands in a file with {@code .part.validator} behind
 * its name.
 *
 * <pre>{@code
 * Download.of(client, HttpRequest.get(url).build(), Path.of("big.iso")).start();
 * }</pre>
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc9110#section-14">RFC 9110 §14, ranges</a>
 */
public final class Download {

  private static final HeaderName RANGE = HeaderName.of("range");
  private static final HeaderName IF_RANGE = HeaderName.of("if-range");
  private static final HeaderName ACCEPT_ENCODING = HeaderName.of("accept-encoding");
  private static final int PIECE = 64 * 1024;

  private final HttpClient client;
  private final HttpRequest request;
  private final Path target;
  private final Path part;
  private final Path validatorFile;
  private boolean resumes = true;
  private Progress progress = (bytes, total) -> {};

  private Download(HttpClient client, HttpRequest request, Path target) {
    this.client = Objects.requireNonNull(client, "client");
    this.request = Objects.requireNonNull(request, "request");
    this.target = target.toAbsolutePath();
    this.part = target.toAbsolutePath().resolveSibling(target.getFileName() + ".part");
    this.validatorFile = part.resolveSibling(part.getFileName() + ".validator");
  }

  /** Returns a download that has not begun. */
  public static Download of(HttpClient client, HttpRequest request, Path target) {
    return new Download(client, request, target);
  }

  /** Goes on with what an earlier download has left. Default: on. */
  public Download resume(boolean on) {
    resumes = on;
    return this;
  }

  /** Tells how many bytes of the file are there, those of earlier downloads included. */
  public Download onProgress(Progress hook) {
    progress = Objects.requireNonNull(hook, "hook");
    return this;
  }

  /**
   * Starts.
   *
   * @return the target, when the file is there; whoever realizes it first cancels the download, and
   *     what has come stays for the next one
   */
  public Deferred<Path> start() {
    Task task = new Task();
    Pools.waitPool().execute(task::begin);
    return task.result;
  }

  /** One run. Everything but cancelling happens on one thread after the other. */
  private final class Task {
    private final Deferred<Path> result = Deferred.create();
    private volatile Deferred<Response> call;
    private volatile InputStream body;

    void begin() {
      try {
        result.listen(new Cancel(this));
        send(resumes && Files.isRegularFile(part) ? Files.size(part) : 0);
      } catch (Throwable t) {
        result.error(t);
      }
    }

    private void send(long from) throws IOException {
      HttpRequest.Builder b =
          request.toBuilder().as(BodyMode.STREAM).setHeader(ACCEPT_ENCODING, "identity");
      String validator = from > 0 ? savedValidator() : null;
      if (validator != null) {
        b.setHeader(RANGE, "bytes=" + from + "-").setHeader(IF_RANGE, validator);
      }
      b.failOnErrorStatus(true).unexceptional(s -> s == 200 || s == 206 || s == 416);
      call = client.send(b.build());
      call.listen(new Received(this, validator == null ? 0 : from));
      if (result.isRealized()) {
        cancel();
      }
    }

    private String savedValidator() throws IOException {
      return Files.isRegularFile(validatorFile) ? Files.readString(validatorFile) : null;
    }

    void received(Response response, long from) {
      try (InputStream in = (InputStream) response.body()) {
        body = in;
        switch (response.status()) {
          case 206 -> append(response, in, from);
          case 416 -> again(from);
          default -> write(response, in, 0);
        }
      } catch (Throwable t) {
        result.error(t);
      }
    }

    private void append(Response response, InputStream in, long from) throws IOException {
      String range = response.headers().get("content-range");
      if (from == 0 || range == null || !range.startsWith("bytes " + from + "-")) {
        throw new ProtocolException("range " + range + " (expected: from byte " + from + " on)");
      }
      write(response, in, from);
    }

    /** The rest is no range of the file: it has become another one, or all of it is there. */
    private void again(long from) throws IOException {
      if (from == 0) {
        throw new ProtocolException("the server finds no range in a request without one");
      }
      Files.deleteIfExists(part);
      send(0);
    }

    @SuppressWarnings("try") // the lock is only held
    private void write(Response response, InputStream in, long from) throws IOException {
      save(validatorOf(response.headers()));
      long length = lengthOf(response);
      long total = length < 0 ? -1 : from + length;
      try (FileChannel file =
              FileChannel.open(part, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
          FileLock lock = lock(file)) {
        file.truncate(from).position(from);
        copy(in, file, from, total);
        file.force(true);
      }
      if (!result.isRealized()) {
        finish();
      }
    }

    private void finish() throws IOException {
      try {
        Files.move(part, target, StandardCopyOption.ATOMIC_MOVE);
      } catch (AtomicMoveNotSupportedException e) {
        Files.move(part, target, StandardCopyOption.REPLACE_EXISTING);
      }
      Files.deleteIfExists(validatorFile);
      result.success(target);
    }

    private void copy(InputStream in, FileChannel file, long from, long total) throws IOException {
      byte[] piece = new byte[PIECE];
      long bytes = from;
      progress.moved(bytes, total);
      for (int n; (n = in.read(piece)) >= 0; ) {
        for (ByteBuffer rest = ByteBuffer.wrap(piece, 0, n); rest.hasRemaining(); ) {
          file.write(rest);
        }
        bytes += n;
        progress.moved(bytes, total);
      }
    }

    void cancel() {
      Deferred<Response> running = call;
      if (running != null) {
        running.error(new java.util.concurrent.CancellationException("the download was cancelled"));
      }
      InputStream reading = body;
      if (reading != null) {
        weir.http.body.Bodies.discard(reading);
      }
    }
  }

  private FileLock lock(FileChannel file) throws IOException {
    try {
      FileLock lock = file.tryLock();
      if (lock != null) {
        return lock;
      }
    } catch (OverlappingFileLockException e) {
      // somebody in this JVM: the same message
    }
    throw new IOException(part + " is being written by another download");
  }

  private void save(String validator) throws IOException {
    if (validator == null) {
      Files.deleteIfExists(validatorFile);
    } else {
      Files.write(validatorFile, validator.getBytes(StandardCharsets.ISO_8859_1));
    }
  }

  /** What names this very file: RFC 9110 §13.1.5 wants a strong one. */
  private static String validatorOf(Headers headers) {
    String tag = headers.get("etag");
    return tag == null ? headers.get("last-modified") : tag.startsWith("W/") ? null : tag;
  }

  private static long lengthOf(Response response) {
    String length = response.headers().get("content-length");
    return length == null ? -1 : Long.parseLong(length.trim());
  }

  /** The response is there. */
  private static final class Received extends Callback {
    private final Task task;
    private final long from;

    Received(Task task, long from) {
      this.task = task;
      this.from = from;
    }

    @Override
    protected void onSuccess(Object response) {
      Pools.waitPool().execute(() -> task.received((Response) response, from));
    }

    @Override
    protected void onError(Object error) {
      task.result.error(error);
    }
  }

  /** The result is there; if somebody else has put it there, the rest is not wanted. */
  private static final class Cancel extends Callback {
    private final Task task;

    Cancel(Task task) {
      this.task = task;
    }

    @Override
    protected void onSuccess(Object path) {
      task.cancel();
    }

    @Override
    protected void onError(Object error) {
      task.cancel();
    }
  }
}
