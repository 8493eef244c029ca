/**
 * UDP as a duplex stream of packets. Start with {@link weir.udp.UdpSocket}. Packets may be put by any
 * thread; they are received on an event loop.
 */
package weir.udp;
