package weir.net;

import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** A set of IP addresses, as ranges in the notation of CIDR. Never asks a name service. */
public final class AddressRanges {

  /** Stands for peers on unix domain sockets, which have no address. */
  public static final String UNIX = "unix";

  private static final int V4_BYTES = 4;

  private record Range(byte[] network, int bits) {
    boolean contains(byte[] address) {
      if (address.length != network.length) {
        return false;
      }
      int whole = bits / 8;
      for (int i = 0; i < whole; i++) {
        if (address[i] != network[i]) {
          return false;
        }
      }
      int rest = bits % 8;
      return rest == 0 || ((address[whole] ^ network[whole]) & 0xff) >> (8 - rest) == 0;
    }
  }

  private final List<Range> ranges = new ArrayList<>();
  private boolean unix;

  private AddressRanges() {}

  /**
   * Reads ranges such as {@code "10.0.0.0/8"}, {@code "2001:db8::/32"}, single addresses, and {@value
   * #UNIX}.
   *
   * @throws IllegalArgumentException if one is none of these
   */
  public static AddressRanges of(Collection<String> texts) {
    AddressRanges all = new AddressRanges();
    for (String text : texts) {
      if (text.equals(UNIX)) {
        all.unix = true;
      } else {
        all.ranges.add(range(text));
      }
    }
    return all;
  }

  private static Range range(String text) {
    int slash = text.indexOf('/');
    byte[] network = address(slash < 0 ? text : text.substring(0, slash));
    if (network != null) {
      int bits = slash < 0 ? network.length * 8 : number(text.substring(slash + 1));
      if (bits >= 0 && bits <= network.length * 8) {
        return new Range(network, bits);
      }
    }
    throw new IllegalArgumentException(
        "address range \""
            + text
            + "\" (expected: an IP address with or without a prefix length, such as"
            + " \"10.0.0.0/8\", or \"unix\")");
  }

  private static int number(String text) {
    boolean digits = !text.isEmpty() && text.length() < 4;
    for (int i = 0; digits && i < text.length(); i++) {
      digits = text.charAt(i) >= '0' && text.charAt(i) <= '9';
    }
    return digits ? Integer.parseInt(text) : -1;
  }

  /** Returns the bytes of a numeric address, or null if the text is none. */
  public static byte[] address(String text) {
    byte[] bytes = NetUtil.createByteArrayFromIpAddressString(text);
    return bytes == null ? null : unmapped(bytes);
  }

  /** Returns the address of a port, or null if {@code ip} is no numeric address. */
  public static InetSocketAddress socketAddress(String ip, int port) {
    byte[] bytes = address(ip);
    if (bytes == null) {
      return null;
    }
    try {
      return new InetSocketAddress(InetAddress.getByAddress(bytes), port);
    } catch (UnknownHostException e) {
      throw new AssertionError("an address has 4 or 16 bytes", e);
    }
  }

  /** An IPv4 address within IPv6 (RFC 4291 §2.5.5.2) is the IPv4 address. */
  private static byte[] unmapped(byte[] bytes) {
    if (bytes.length == V4_BYTES) {
      return bytes;
    }
    for (int i = 0; i < 10; i++) {
      if (bytes[i] != 0) {
        return bytes;
      }
    }
    boolean mapped = bytes[10] == -1 && bytes[11] == -1;
    return mapped ? new byte[] {bytes[12], bytes[13], bytes[14], bytes[15]} : bytes;
  }

  /** Returns whether the address of a peer is in one of the ranges. */
  public boolean contains(SocketAddress peer) {
    if (!(peer instanceof InetSocketAddress inet)) {
      return unix;
    }
    InetAddress ip = inet.getAddress();
    return ip != null && contains(unmapped(ip.getAddress()));
  }

  /** Returns whether an address, as {@link #address} gives it, is in one of the ranges. */
  public boolean contains(byte[] address) {
    for (Range range : ranges) {
      if (range.contains(address)) {
        return true;
      }
    }
    return false;
  }
}
