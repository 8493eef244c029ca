package weir.udp;

import java.net.InetSocketAddress;

/**
 * A datagram.
 *
 * @param address the sender of one that came, the receiver of one to send
 * @param message a {@code byte[]}, a ByteBuf on raw sockets, or, to send, whatever byte-streams
 *     converts
 */
public record Packet(InetSocketAddress address, Object message) {}
