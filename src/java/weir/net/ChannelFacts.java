package weir.net;

import clojure.lang.IPersistentMap;
import clojure.lang.Keyword;
import clojure.lang.PersistentArrayMap;
import io.netty.channel.Channel;

/** What a stream over a channel tells about itself. */
public final class ChannelFacts {

  private static final Keyword CHANNEL = Keyword.intern("aleph", "channel");

  private static final Keyword THROUGHPUT = Keyword.intern("throughput");

  private ChannelFacts() {}

  /** Returns the metadata by which programs find the channel of a stream. */
  public static IPersistentMap meta(Channel channel) {
    return new PersistentArrayMap(new Object[] {CHANNEL, channel});
  }

  static IPersistentMap sink(Channel channel, boolean closed) {
    return map(
        "type",
        "netty",
        "sink?",
        true,
        "closed?",
        closed,
        "connection",
        connection(channel, "outbound"));
  }

  /** Returns the description of a source with that of its connection. */
  static IPersistentMap source(Object description, Channel channel) {
    return ((IPersistentMap) description)
        .assoc(Keyword.intern("type"), "netty")
        .assoc(Keyword.intern("source?"), true)
        .assoc(Keyword.intern("connection"), connection(channel, "inbound"));
  }

  private static IPersistentMap connection(Channel channel, String direction) {
    Throughput measured = channel.attr(Throughput.KEY).get();
    IPersistentMap map = facts(channel, direction);
    return measured == null ? map : map.assoc(THROUGHPUT, measured.toMap());
  }

  private static IPersistentMap facts(Channel channel, String direction) {
    return map(
        "local-address",
        channel.localAddress(),
        "remote-address",
        channel.remoteAddress(),
        "writable?",
        channel.isWritable(),
        "readable?",
        channel.config().isAutoRead(),
        "closed?",
        !channel.isActive(),
        "direction",
        Keyword.intern(direction));
  }

  private static IPersistentMap map(Object... namesAndValues) {
    for (int i = 0; i < namesAndValues.length; i += 2) {
      namesAndValues[i] = Keyword.intern((String) namesAndValues[i]);
    }
    return new PersistentArrayMap(namesAndValues);
  }
}
