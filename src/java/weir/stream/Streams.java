package weir.stream;

import clojure.lang.IFn;
import clojure.lang.LazySeq;
import clojure.lang.RT;
import clojure.lang.SeqIterator;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;
import manifold.stream.core.IEventSink;
import manifold.stream.core.IEventSource;
import manifold.stream.core.IEventStream;
import weir.deferred.Deferred;
import weir.options.Arguments;

/**
 * What one does with streams. Wherever a source or sink is asked for as an Object, anything will do
 * that {@link Coercions} can make one of.
 *
 * <p>Operators return a source and start at once: they are one message ahead of who takes from them.
 * What the functions given to them throw is logged, ends the result with that error (see {@link
 * #failure}) and closes the input, unless something else is connected to it. Closing the result
 * closes the input at once, under the same condition. Functions run where the messages come from,
 * one at a time.
 */
public final class Streams {

  /** The classes of the deferreds that streams return, besides those of their package. */
  public static final List<Class<?>> DEFERRED_CLASSES =
      List.of(PendingPut.class, PendingTake.class);

  private Streams() {}

  // ---- connecting

  /** Feeds all messages of {@code source} into {@code sink}, with the default options. */
  public static void connect(Object source, Object sink) {
    connect(source, sink, ConnectOptions.DEFAULT);
  }

  /**
   * Feeds all messages of {@code source} into {@code sink}. Starts on the calling thread, or on the
   * wait pool if the source blocks; the slowest of the sinks of a source sets the pace.
   */
  public static void connect(Object source, Object sink, ConnectOptions options) {
    IEventSource from = Sided.behind(Coercions.source(source));
    IEventSink to = Coercions.sink(sink);
    Object connector = from.connector(to);
    if (connector != null) {
      ((IFn) connector).invoke(from, to, options.toMap());
      return;
    }
    Connections home = ForeignStreams.connections(from);
    if (options.shared()) {
      SharedSinks.join(to);
    }
    home.add(from, new Connection(to, options, home));
  }

  /**
   * Calls {@code callback} with each message; it puts what it likes into {@code sink}.
   *
   * @param callback returns false, or a deferred of it, to get no more
   * @param sink what is closed when the source is drained
   * @return true once the connection has ended; an error that ended it is in the metadata
   */
  public static Deferred<Boolean> connectVia(
      Object source, CallbackSink.Callback callback, Object sink, ConnectOptions options) {
    IEventSink behind = sink == null ? null : Coercions.sink(sink);
    return via(source, new CallbackSink(callback, behind, false, options.description()), options);
  }

  /**
   * Calls {@code callback} with each message, whatever it returns.
   *
   * @return true once there are no more; an error that ended it is in the metadata
   */
  public static Deferred<Boolean> consume(Object source, Consumer<Object> callback) {
    CallbackSink.Callback f =
        m -> {
          callback.accept(m);
          return Deferred.TRUE;
        };
    return via(source, new CallbackSink(f, null, false, null), ConnectOptions.DEFAULT);
  }

  /**
   * Calls {@code callback} with each message, the next one when the result of the last is there.
   *
   * @param callback returns false, or a deferred of it, to get no more
   * @return true once there are no more; an error that ended it is in the metadata
   */
  public static Deferred<Boolean> consumeAsync(Object source, CallbackSink.Callback callback) {
    return via(source, new CallbackSink(callback, null, false, null), ConnectOptions.DEFAULT);
  }

  /**
   * Feeds all messages into {@code sink}, which is not closed afterwards.
   *
   * @return true once there are no more, or the sink takes no more
   */
  public static Deferred<Boolean> drainInto(Object source, Object sink) {
    IEventSink to = Coercions.sink(sink);
    ConnectOptions options =
        ConnectOptions.DEFAULT.withDownstream(false).withDescription("drain-into");
    CallbackSink forward =
        new CallbackSink(m -> to.put(m, Boolean.FALSE), to, true, options.description());
    return via(source, forward, options);
  }

  static Deferred<Boolean> via(Object source, CallbackSink sink, ConnectOptions options) {
    connect(source, sink, options);
    return sink.result();
  }

  /**
   * Puts {@code messages} in order, each when the one before was accepted.
   *
   * @return true, or false at the first that was refused
   */
  public static Deferred<Boolean> putAll(Object sink, Iterable<?> messages) {
    return PutAll.start(Coercions.sink(sink), messages.iterator());
  }

  /** The same for what an iterator yields. */
  public static Deferred<Boolean> putAll(Object sink, Iterator<?> messages) {
    return PutAll.start(Coercions.sink(sink), messages);
  }

  /** Returns an iterator over what Clojure can make a sequence of, which keeps no more than the rest. */
  public static Iterator<?> iterator(Object messages) {
    return new SeqIterator(RT.seq(messages));
  }

  /**
   * Returns a lazy sequence of the messages, which blocks for each.
   *
   * @param timeout ms without a message after which it ends; null for no limit
   */
  public static Object seq(Object source, Number timeout) {
    return new LazySeq(new MessageSeq(Coercions.source(source), timeout));
  }

  /**
   * Closes any stream and throws away what it holds, as far as it is one of ours or a view of one.
   *
   * @return null
   */
  public static Object discard(Object s) {
    if (s instanceof Stream<?> stream) {
      stream.discard();
    } else if (s instanceof SplicedStream both) {
      discard(both.source());
      discard(both.closingSide());
    } else if (s instanceof SourceView view) {
      discard(view.source());
    } else if (s instanceof SinkView view) {
      discard(view.sink());
    } else {
      Expect.stream(s).close();
    }
    return null;
  }

  /** The error that ended a stream, or the connection whose result this is, or {@code dflt}. */
  public static Object failure(Object streamOrResult, Object dflt) {
    if (streamOrResult instanceof Failable f) {
      return f.failure(dflt);
    }
    return CallbackSink.failureOf(streamOrResult, dflt);
  }

  /** A stream as it is printed, with its description. */
  public static String print(IEventStream s) {
    return Describe.print(s);
  }

  // ---- views

  /** A view of {@code s} that shows its source only. */
  public static IEventSource sourceOnly(Object s) {
    return new SourceView(Coercions.source(s));
  }

  /** A view of {@code s} that shows its sink only. */
  public static IEventSink sinkOnly(Object s) {
    return new SinkView(Coercions.sink(s));
  }

  /** A stream whose puts go to {@code sink} and whose takes come from {@code source}. */
  public static SplicedStream splice(Object sink, Object source) {
    return new SplicedStream(Coercions.sink(sink), Coercions.source(source));
  }

  /** The same messages, whose effects run on {@code executor}. */
  public static IEventSource onto(Executor executor, Object s) {
    IEventSource source = Coercions.source(s);
    if (Sided.behind(source) instanceof Stream<?> ours && ours.executor() == executor) {
      return source;
    }
    Stream<Object> out = Stream.builder().executor(executor).build();
    connect(source, out);
    return sourceOnly(out);
  }

  /**
   * Whether the sink {@code s}, or the one behind a view of a source, is closed.
   *
   * @throws IllegalArgumentException if there is no sink
   */
  public static boolean isClosed(Object s) {
    return Args.isTrue(sinkOf(s).isClosed());
  }

  /**
   * Calls {@code callback} when the sink {@code s}, or the one behind a view of a source, is closed.
   *
   * @throws IllegalArgumentException if there is no sink
   */
  public static void onClosed(Object s, Object callback) {
    sinkOf(s).onClosed(Expect.callback(callback));
  }

  private static IEventSink sinkOf(Object s) {
    Object sink = s;
    while (!(sink instanceof IEventSink) && sink instanceof Sided view) {
      sink = view.closingSide();
    }
    if (sink instanceof IEventSink found) {
      return found;
    }
    throw Arguments.illegal(
        "sink", s, "a sink; for the end of a source there are `drained?` and `on-drained`");
  }

  // ---- one message, one message

  /** Each message as {@code f} makes it. */
  public static IEventSource map(Object s, Function<Object, ?> f) {
    return Operators.one("map", s, (m, out) -> out.put(f.apply(m)));
  }

  /** The messages that {@code pred} likes. */
  public static IEventSource filter(Object s, Predicate<Object> pred) {
    return Operators.one("filter", s, (m, out) -> pred.test(m) ? out.put(m) : Deferred.TRUE);
  }

  /**
   * All elements of what {@code f} makes of each message.
   *
   * @param f returns a collection, null for none, or anything that can be made a source
   */
  public static IEventSource mapcat(Object s, Function<Object, ?> f) {
    return Operators.each("mapcat", s, (m, out) -> Operators.putEach(out, f.apply(m)));
  }

  /** The values of messages that are deferreds or the like, in order. */
  public static IEventSource realizeEach(Object s) {
    return Operators.each("realize-each", s, Operators::putRealized);
  }

  /** The messages after a Clojure transducer, with a buffer behind it. */
  public static IEventSource transform(Object s, IFn xform, long capacity) {
    Stream<Object> out = Stream.builder().capacity(capacity).transducer(xform).build();
    connect(s, out, Operators.described("transducer"));
    return sourceOnly(out);
  }

  // ---- many streams, one stream

  /** A vector of one message of each source, as long as all have one. */
  public static IEventSource zip(Object... sources) {
    return Zip.start(sources);
  }

  /** The messages of the streams that are the messages of {@code s}, one stream after the other. */
  public static IEventSource concat(Object s) {
    return Operators.each("concat", s, (m, out) -> Operators.putSource(out, m));
  }

  /** Streams of neighbouring messages for which {@code f} gives the same, by Clojure's {@code =}. */
  public static IEventSource lazilyPartitionBy(Object s, Function<Object, ?> f) {
    return Partition.start(s, f);
  }

  // ---- folding

  /** The intermediate results of a fold, beginning with {@code initial}. */
  public static IEventSource reductions(Object s, Object initial, BiFunction<Object, Object, ?> f) {
    return Reductions.start(s, initial, true, f);
  }

  /** The intermediate results of a fold, beginning with the first message. */
  public static IEventSource reductions(Object s, BiFunction<Object, Object, ?> f) {
    return Reductions.start(s, null, false, f);
  }

  /**
   * Folds the messages. What {@code f} returns may be a deferred, or {@code reduced} to stop.
   *
   * @return the last result; the error if {@code f} throws or the source ends with one
   */
  public static Deferred<Object> reduce(Object s, Object initial, BiFunction<Object, Object, ?> f) {
    return Fold.start(s, initial, f);
  }

  /**
   * Folds the messages, beginning with the first one.
   *
   * @param none the result if there is no message
   */
  public static Deferred<Object> reduce(
      Object s, BiFunction<Object, Object, ?> f, Supplier<Object> none) {
    return Fold.start(s, f, none);
  }

  // ---- grouping and pacing

  /**
   * Groups messages to lists.
   *
   * @param metric the size of a message
   * @param maxSize the size at which a group is complete
   * @param maxLatencyMs how long the first message of a group may wait for it, null for ever
   */
  public static IEventSource batch(
      Object s, ToLongFunction<Object> metric, long maxSize, Number maxLatencyMs) {
    return Batch.start(s, metric, maxSize, maxLatencyMs);
  }

  /**
   * Lets through at most so many messages a second.
   *
   * @param maxRate messages per second, more than zero
   * @param maxBacklog how many messages an idle time may save up for a burst
   */
  public static IEventSource throttle(Object s, double maxRate, double maxBacklog) {
    return Throttle.start(s, maxRate, maxBacklog);
  }

  /** The same messages behind a buffer. */
  public static IEventSource buffer(Object s, long capacity) {
    Stream<Object> out = Stream.buffered(capacity);
    connect(s, out);
    return sourceOnly(out);
  }

  /** The same messages behind a buffer that is limited by the sum of their sizes. */
  public static IEventSource buffer(Object s, ToLongFunction<Object> metric, long limit) {
    Stream<Object> out = bufferedStream(metric, limit, Long.MAX_VALUE, null);
    connect(s, out);
    return sourceOnly(out);
  }

  /**
   * A stream that accepts every message, and answers a put late while it holds more than {@code
   * limit}.
   *
   * @param metric the size of a message
   * @param hardLimit beyond this size messages wait outside; {@code Long.MAX_VALUE} for none
   * @param describe see {@link StreamBuilder#description}; may be null
   */
  public static Stream<Object> bufferedStream(
      ToLongFunction<Object> metric, long limit, long hardLimit, IFn describe) {
    return new MetricStream<>(
        Stream.builder().capacity(limit).description(describe), metric, hardLimit);
  }

  /** A stream of {@code n} messages that drops new ones when it is full. */
  public static Stream<Object> droppingStream(long n) {
    return new LossyStream<>(Stream.builder().capacity(n), false);
  }

  /** A stream of {@code n} messages that drops the oldest one when it is full. */
  public static Stream<Object> slidingStream(long n) {
    return new LossyStream<>(Stream.builder().capacity(n), true);
  }

  /** Feeds {@code source} into {@code out}, closing each with the other, and returns {@code out}. */
  public static Stream<Object> fedFrom(Object source, Stream<Object> out) {
    connect(source, out, ConnectOptions.DEFAULT.withUpstream(true));
    return out;
  }

  /**
   * What {@code f} returns, again and again.
   *
   * @param periodMs the time from one call to the next
   * @param initialDelayMs the time to the first call; null for the next multiple of the period on the
   *     wall clock
   */
  public static IEventSource periodically(
      long periodMs, Number initialDelayMs, Supplier<Object> f) {
    return Periodic.start(periodMs, initialDelayMs, f);
  }

  /** A list of streams as zip takes it. */
  public static IEventSource zip(Collection<?> sources) {
    return zip(sources.toArray());
  }
}
