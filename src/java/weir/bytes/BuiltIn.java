package weir.bytes;

import static weir.bytes.Edge.Style.COPY;
import static weir.bytes.Edge.Style.LAZY;
import static weir.bytes.Edge.Style.VIEW;

import java.io.ByteArrayInputStream;
import java.io.File;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.Reader;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Flow;
import manifold.stream.core.IEventSource;

/**
 * The conversions that are there from the start. Their order decides between ways that are equal in
 * cost, length and style.
 */
final class BuiltIn {

  private static final Type BYTE_ARRAY = Type.of(byte[].class);
  private static final Type CHAR_ARRAY = Type.of(char[].class);
  private static final Type BYTE_BUFFER = Type.of(ByteBuffer.class);
  private static final Type BYTE_SOURCE = Type.of(ByteSource.KIND);
  private static final Type STRING = Type.of(String.class);
  private static final Type CHAR_SEQUENCE = Type.of(CharSequence.class);
  private static final Type INPUT_STREAM = Type.of(InputStream.class);
  private static final Type OUTPUT_STREAM = Type.of(OutputStream.class);
  private static final Type READER = Type.of(Reader.class);
  private static final Type READABLE = Type.of(ReadableByteChannel.class);
  private static final Type WRITABLE = Type.of(WritableByteChannel.class);
  private static final Type FILE = Type.of(File.class);
  private static final Type PATH = Type.of(java.nio.file.Path.class);
  private static final Type PUBLISHER = Type.of(Flow.Publisher.class);

  /** Collects edges; {@code each} ones also hold for sequences and streams of their source. */
  private static final class Table {
    final List<Edge> edges = new ArrayList<>();

    Table each(Type source, Type target, double cost, Edge.Style style, Conversion step) {
      edges.addAll(List.of(Graph.lifted(new Edge(source, target, cost, style, step))));
      return this;
    }

    Table one(Type source, Type target, double cost, Edge.Style style, Conversion step) {
      edges.add(new Edge(source, target, cost, style, step));
      return this;
    }
  }

  private BuiltIn() {}

  /** Returns all of them; no two lead from the same type to the same, but for {@link #shortcuts}. */
  static List<Edge> edges() {
    Table table = new Table();
    memory(table);
    text(table);
    streams(table);
    files(table);
    sequences(table);
    sources(table);
    return Graph.plus(table.edges, shortcuts());
  }

  private static void memory(Table t) {
    t.each(BYTE_ARRAY, BYTE_BUFFER, 0, VIEW, (x, o) -> Steps.wrap((byte[]) x, o))
        .each(BYTE_ARRAY, INPUT_STREAM, 0, VIEW, (x, o) -> new ByteArrayInputStream((byte[]) x))
        .each(BYTE_BUFFER, INPUT_STREAM, 0, VIEW, (x, o) -> Bytes.toInputStream(x))
        .each(BYTE_BUFFER, BYTE_ARRAY, 1, COPY, (x, o) -> Chunks.array((ByteBuffer) x))
        .each(BYTE_SOURCE, BYTE_ARRAY, 2, COPY, Steps::readAll)
        .one(BYTE_BUFFER, Type.vectorOf(BYTE_BUFFER), 0, VIEW, (x, o) -> Steps.slices(x, o))
        .one(Type.vectorOf(BYTE_BUFFER), BYTE_BUFFER, 1, COPY, Steps::join);
  }

  private static void text(Table t) {
    t.each(BYTE_ARRAY, STRING, 2, COPY, Bytes::toString)
        .each(STRING, BYTE_ARRAY, 2, COPY, Bytes::toByteArray)
        .each(CHAR_SEQUENCE, STRING, 1, COPY, (x, o) -> x.toString())
        .each(CHAR_ARRAY, STRING, 1, COPY, (x, o) -> new String((char[]) x))
        .each(STRING, CHAR_ARRAY, 1, COPY, (x, o) -> ((String) x).toCharArray())
        .each(BYTE_SOURCE, CHAR_SEQUENCE, 2, LAZY, DecodedText::of)
        .each(INPUT_STREAM, READER, 1.5, LAZY, Steps::reader)
        .each(READER, CHAR_SEQUENCE, 1.5, COPY, Steps::readText)
        .one(Type.vectorOf(STRING), STRING, 1, COPY, (x, o) -> Steps.concat(x));
  }

  private static void streams(Table t) {
    t.each(INPUT_STREAM, READABLE, 0, LAZY, (x, o) -> Channels.newChannel((InputStream) x))
        .each(READABLE, INPUT_STREAM, 0, LAZY, (x, o) -> input((ReadableByteChannel) x))
        .each(INPUT_STREAM, BYTE_ARRAY, 1.5, COPY, (x, o) -> ((InputStream) x).readAllBytes())
        .each(OUTPUT_STREAM, WRITABLE, 0, LAZY, (x, o) -> Channels.newChannel((OutputStream) x))
        .each(WRITABLE, OUTPUT_STREAM, 0, LAZY, (x, o) -> output((WritableByteChannel) x));
  }

  private static InputStream input(ReadableByteChannel channel) {
    return Channels.newInputStream(channel);
  }

  private static OutputStream output(WritableByteChannel channel) {
    return Channels.newOutputStream(channel);
  }

  private static void files(Table t) {
    for (Type file : new Type[] {FILE, PATH}) {
      t.each(file, READABLE, 0, LAZY, (x, o) -> FileSteps.readable(x))
          .each(file, WRITABLE, 0, LAZY, FileSteps::writable)
          .one(file, Type.seqOf(BYTE_BUFFER), 0, LAZY, FileSteps::mapped);
    }
  }

  private static void sequences(Table t) {
    Path.AnyElement concat = SeqInputStream::new;
    t.one(READABLE, Type.seqOf(BYTE_BUFFER), 1, LAZY, Steps::chunks)
        .one(Type.seqOf(BYTE_BUFFER), INPUT_STREAM, 1, LAZY, concat)
        .one(Type.seqOf(BYTE_ARRAY), INPUT_STREAM, 1, LAZY, concat)
        .one(Type.seqOf(BYTE_SOURCE), INPUT_STREAM, 1.5, LAZY, concat)
        .one(Type.seqOf(BYTE_BUFFER), READABLE, 1.5, LAZY, (x, o) -> Steps.channel(x, o));
  }

  private static void sources(Table t) {
    Path.AnyElement read =
        (x, o) ->
            new SourceInputStream(
                (IEventSource) x, o.bufferSize(SourceInputStream.DEFAULT_BUFFER_BYTES));
    t.one(Type.streamOf(BYTE_ARRAY), INPUT_STREAM, 0, LAZY, read)
        .one(Type.streamOf(BYTE_BUFFER), INPUT_STREAM, 0, LAZY, read)
        .one(PUBLISHER, Type.streamOf(BYTE_BUFFER), 0, LAZY, Steps::subscribe)
        .one(Type.streamOf(BYTE_BUFFER), PUBLISHER, 0, LAZY, Steps::publish);
  }

  /** Ways that exist without these too, at the same cost, but in more steps. */
  private static Edge[] shortcuts() {
    Table t = new Table();
    t.one(INPUT_STREAM, STRING, 3, COPY, (x, o) -> Steps.text((InputStream) x, o))
        .one(BYTE_BUFFER, STRING, 3, COPY, Bytes::toString)
        // Not byte array by byte array, as a character may lie across two of them.
        .one(Type.seqOf(BYTE_ARRAY), Type.seqOf(STRING), 2, LAZY, Steps::texts)
        .one(Type.streamOf(BYTE_ARRAY), Type.streamOf(STRING), 2.1, LAZY, Steps::textStream);
    return t.edges.toArray(Edge[]::new);
  }
}
