package weir.net.dns;

import io.netty.channel.socket.SocketChannel;
import io.netty.resolver.ResolvedAddressTypes;
import io.netty.resolver.dns.DefaultDnsCache;
import io.netty.resolver.dns.DnsAddressResolverGroup;
import io.netty.resolver.dns.DnsNameResolverBuilder;
import io.netty.resolver.dns.DnsServerAddressStreamProvider;
import io.netty.resolver.dns.SequentialDnsServerAddressStreamProvider;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import weir.net.EventLoops;
import weir.net.Transport;

/**
 * Builds resolvers that ask name servers over UDP, and over TCP for answers that are too long.
 * Servers are asked in order: the next one when one does not answer in time. Answers are kept as long
 * as they say, for all event loops together; that a name does not exist, if told so.
 */
public final class DnsResolvers {

  /** How long a server may take: 5 s. */
  public static final Duration DEFAULT_QUERY_TIMEOUT = Duration.ofSeconds(5);

  /** The largest answer over UDP: 4096 bytes. */
  public static final int DEFAULT_MAX_PAYLOAD_BYTES = 4096;

  /** How many queries one name may take: 16. */
  public static final int DEFAULT_MAX_QUERIES = 16;

  private static final int DNS_PORT = 53;

  private Transport transport = Transport.best();
  private Duration queryTimeout = DEFAULT_QUERY_TIMEOUT;
  private int maxPayload = DEFAULT_MAX_PAYLOAD_BYTES;
  private int maxQueries = DEFAULT_MAX_QUERIES;
  private int minTtl;
  private int maxTtl = Integer.MAX_VALUE;
  private int negativeTtl;
  private int ndots = -1;
  private boolean trace;
  private boolean optResources = true;
  private boolean decodeIdn = true;
  private boolean recursion = true;
  private ResolvedAddressTypes addressTypes;
  private List<String> searchDomains;
  private DnsServerAddressStreamProvider servers;

  private DnsResolvers() {}

  /** Returns a builder, which asks the system's name servers unless told otherwise. */
  public static DnsResolvers builder() {
    return new DnsResolvers();
  }

  /** Returns the provider of these servers, in order: {@code host}, {@code host:port}. */
  public static DnsServerAddressStreamProvider inOrder(List<?> servers) {
    if (servers.isEmpty()) {
      throw new IllegalArgumentException("name servers: none (expected: one or more)");
    }
    List<InetSocketAddress> addresses = new ArrayList<>();
    servers.forEach(s -> addresses.add(address(s)));
    return new SequentialDnsServerAddressStreamProvider(addresses);
  }

  private static InetSocketAddress address(Object server) {
    if (server instanceof InetSocketAddress inet) {
      return inet;
    }
    if (!(server instanceof String text) || text.isBlank()) {
      throw badServer(server);
    }
    int colon = text.lastIndexOf(':');
    boolean ipv6 = colon >= 0 && text.indexOf(':') != colon && !text.startsWith("[");
    if (colon < 0 || ipv6 || text.endsWith("]")) {
      return new InetSocketAddress(text, DNS_PORT);
    }
    try {
      return new InetSocketAddress(
          text.substring(0, colon), Integer.parseInt(text.substring(colon + 1)));
    } catch (IllegalArgumentException e) {
      throw badServer(server);
    }
  }

  private static IllegalArgumentException badServer(Object server) {
    return new IllegalArgumentException(
        "name server: " + server + " (expected: \"host\", \"host:port\" or an InetSocketAddress)");
  }

  /** Sets the transport. */
  public DnsResolvers transport(Transport t) {
    transport = t.ensureAvailable();
    return this;
  }

  /** Sets how long a server may take until the next one is asked. */
  public DnsResolvers queryTimeout(Duration timeout) {
    queryTimeout = Objects.requireNonNull(timeout, "timeout");
    return this;
  }

  /** Sets the largest answer over UDP. */
  public DnsResolvers maxPayloadBytes(int n) {
    maxPayload = n;
    return this;
  }

  /** Sets how many queries one name may take. */
  public DnsResolvers maxQueries(int n) {
    maxQueries = n;
    return this;
  }

  /** Keeps answers for at least and at most so many seconds, whatever they say. */
  public DnsResolvers ttl(int min, int max) {
    if (min < 0 || max < min) {
      throw new IllegalArgumentException(
          "ttl: " + min + " to " + max + " (expected: 0 or more, and the larger one second)");
    }
    minTtl = min;
    maxTtl = max;
    return this;
  }

  /** Remembers for so many seconds that a name does not exist. Default: 0. */
  public DnsResolvers negativeTtl(int seconds) {
    if (seconds < 0) {
      throw new IllegalArgumentException("negative ttl: " + seconds + " (expected: 0 or more)");
    }
    negativeTtl = seconds;
    return this;
  }

  /** Sets which addresses are asked for and which go first; null is what the system can reach. */
  public DnsResolvers addressTypes(ResolvedAddressTypes types) {
    addressTypes = types;
    return this;
  }

  /** Lets failures tell each query that was made. */
  public DnsResolvers trace(boolean on) {
    trace = on;
    return this;
  }

  /** Sends an OPT record, which tells servers of {@link #maxPayloadBytes}. Default: on. */
  public DnsResolvers optResources(boolean on) {
    optResources = on;
    return this;
  }

  /** Returns names with foreign letters as such, not in their ASCII form. Default: on. */
  public DnsResolvers decodeIdn(boolean on) {
    decodeIdn = on;
    return this;
  }

  /** Asks servers to ask others. Default: on. */
  public DnsResolvers recursionDesired(boolean on) {
    recursion = on;
    return this;
  }

  /** Sets the domains in which short names are looked for; the default is the system's. */
  public DnsResolvers searchDomains(List<String> domains) {
    searchDomains = List.copyOf(domains);
    return this;
  }

  /** Sets how many dots a name must have to be looked for as it is, first; -1 is the system's. */
  public DnsResolvers ndots(int n) {
    ndots = n;
    return this;
  }

  /** Sets the servers. */
  public DnsResolvers servers(DnsServerAddressStreamProvider provider) {
    servers = provider;
    return this;
  }

  /** Returns Netty's builder with all of this set. */
  @SuppressWarnings("deprecation") // of traceEnabled, which has no heir
  public DnsNameResolverBuilder toNetty() {
    Transport t = transport;
    DnsNameResolverBuilder b =
        new DnsNameResolverBuilder()
            // Whoever asks may be on a loop of another transport.
            .eventLoop(EventLoops.client(t).next())
            .datagramChannelFactory(() -> t.datagramChannel(null))
            .socketChannelFactory(() -> (SocketChannel) t.newClientChannel())
            .queryTimeoutMillis(queryTimeout.toMillis())
            .maxPayloadSize(maxPayload)
            .maxQueriesPerResolve(maxQueries)
            .traceEnabled(trace)
            .optResourceEnabled(optResources)
            .decodeIdn(decodeIdn)
            .recursionDesired(recursion)
            .resolveCache(new DefaultDnsCache(minTtl, maxTtl, negativeTtl));
    if (ndots >= 0) {
      b.ndots(ndots);
    }
    if (addressTypes != null) {
      b.resolvedAddressTypes(addressTypes);
    }
    if (searchDomains != null) {
      b.searchDomains(searchDomains);
    }
    if (servers != null) {
      b.nameServerProvider(servers);
    }
    return b;
  }

  /** Builds the resolvers; close them when they are not needed any more. */
  public DnsAddressResolverGroup build() {
    return new DnsAddressResolverGroup(toNetty());
  }
}
