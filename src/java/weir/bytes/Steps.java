package weir.bytes;

import clojure.lang.IPersistentVector;
import clojure.lang.PersistentVector;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ReadableByteChannel;
import java.nio.charset.CodingErrorAction;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Flow;
import manifold.stream.core.IEventSource;
import weir.stream.Flows;

/** The bodies of the built-in conversions that need more than an expression. */
final class Steps {

  private static final int READER_CHUNK_CHARS = 2048;
  private static final int CHANNEL_CHUNK_BYTES = 4096;
  private static final int SOURCE_CHUNK_BYTES = 8192;

  private Steps() {}

  static ByteBuffer wrap(byte[] bytes, Options o) {
    ByteBuffer b = ByteBuffer.wrap(bytes);
    return o.direct() ? ByteBuffer.allocateDirect(bytes.length).put(b).flip() : b;
  }

  static IPersistentVector slices(Object x, Options o) {
    ByteBuffer b = ((ByteBuffer) x).duplicate().order(((ByteBuffer) x).order());
    int size = o.chunkSize(Integer.MAX_VALUE);
    if (b.remaining() <= size) {
      return PersistentVector.create(b);
    }
    List<ByteBuffer> slices = new ArrayList<>();
    for (int at = b.position(); at < b.limit(); at += Math.min(size, b.limit() - at)) {
      slices.add(b.slice(at, Math.min(size, b.limit() - at)).order(b.order()));
    }
    return PersistentVector.create(slices);
  }

  @SuppressWarnings("unchecked") // the type of the edge says so
  static ByteBuffer join(Object x, Options o) {
    List<ByteBuffer> all = (List<ByteBuffer>) x;
    return all.size() == 1 ? all.get(0) : Chunks.join(all, o.direct());
  }

  static String concat(Object vector) {
    StringBuilder all = new StringBuilder();
    ((List<?>) vector).forEach(all::append);
    return all.toString();
  }

  static byte[] readAll(Object source, Options o) throws IOException {
    Object from = source instanceof ByteBuffer b ? b.duplicate() : source;
    int n = o.chunkSize(SOURCE_CHUNK_BYTES);
    ArrayDeque<ByteBuffer> chunks = new ArrayDeque<>();
    for (Object bytes; (bytes = ByteSource.take(from, n, o)) != null; ) {
      chunks.add(Bytes.view(bytes));
    }
    return Chunks.join(chunks);
  }

  static Reader reader(Object x, Options o) {
    CodingErrorAction action = o.onEncodingError();
    return new BufferedReader(
        new InputStreamReader(
            (InputStream) x,
            o.charset().newDecoder().onMalformedInput(action).onUnmappableCharacter(action)));
  }

  static String readText(Object x, Options o) throws IOException {
    Reader reader = (Reader) x;
    char[] chunk = new char[o.chunkSize(READER_CHUNK_CHARS)];
    StringBuilder all = new StringBuilder();
    for (int n; (n = reader.read(chunk)) >= 0; ) {
      all.append(chunk, 0, n);
    }
    return all.toString();
  }

  static String text(InputStream in, Options o) throws IOException {
    byte[] all = in.readAllBytes();
    return Charsets.decode(all, 0, all.length, o);
  }

  static Object chunks(Object x, Options o) {
    int n = o.chunkSize(CHANNEL_CHUNK_BYTES);
    ReadableByteChannel channel = (ReadableByteChannel) x;
    return PulledSeq.of(
        new PulledSeq.Puller() {
          @Override
          public Object pull() throws IOException {
            Object chunk = ByteSource.take(channel, n, o);
            return chunk == null ? PulledSeq.END : chunk;
          }

          @Override
          public void close() throws IOException {
            channel.close();
          }
        });
  }

  static ReadableByteChannel channel(Object seq, Options o) {
    return Channels.newChannel(new SeqInputStream(seq, o));
  }

  static Object texts(Object seq, Options o) {
    return PulledSeq.map(seq, Mapping.toText(o));
  }

  static Object textStream(Object source, Options o) {
    return new DerivedSource(source, Mapping.toText(o));
  }

  static Object subscribe(Object publisher, Options o) {
    return buffers(Flows.source((Flow.Publisher<?>) publisher, Flows.DEFAULT_PREFETCH), o);
  }

  static Flow.Publisher<ByteBuffer> publish(Object source, Options o) {
    return Flows.publisher(buffers(source, o));
  }

  /** Messages of a source may be of any type, whatever its own type says. */
  private static IEventSource buffers(Object source, Options o) {
    return new DerivedSource(source, x -> Conversions.convert(x, ByteBuffer.class, o));
  }
}
