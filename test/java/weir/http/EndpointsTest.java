package weir.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import io.netty.channel.local.LocalAddress;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.junit.jupiter.api.Test;

class EndpointsTest {
  private static final byte[] TEST_NET = {(byte) 192, 0, 2, 7}; // RFC 5737: nobody's address

  @Test
  void aHostNameIsUsedOnlyWhenItIsKnownAlready() throws Exception {
    Endpoints unnamed = endpoints(InetAddress.getByAddress(TEST_NET));
    assertEquals("192.0.2.7", unnamed.localHost());

    Endpoints named = endpoints(InetAddress.getByAddress("a.example", TEST_NET));
    assertEquals("a.example", named.localHost());
    assertEquals("192.0.2.7", named.remoteHost(), "the peer is always told in numbers");
    assertEquals(80, named.localPort());
  }

  @Test
  void theTextsAreMadeOnce() throws Exception {
    Endpoints endpoints = endpoints(InetAddress.getByAddress(TEST_NET));
    assertSame(endpoints.localHost(), endpoints.localHost());
    assertSame(endpoints.remoteHost(), endpoints.remoteHost());
  }

  @Test
  void anUnresolvedPeerKeepsItsName() {
    InetSocketAddress proxied = InetSocketAddress.createUnresolved("b.example", 1);
    assertEquals("b.example", new Endpoints(null, proxied).remoteHost());
  }

  @Test
  void socketsWithoutAnIpAddressHaveFixedTexts() {
    Endpoints endpoints = new Endpoints(new LocalAddress("a"), null);
    assertEquals(Endpoints.UNIX_HOST, endpoints.localHost());
    assertEquals(0, endpoints.localPort());
    assertEquals(Endpoints.UNIX_PEER, endpoints.remoteHost());
  }

  private static Endpoints endpoints(InetAddress address) {
    return new Endpoints(new InetSocketAddress(address, 80), new InetSocketAddress(address, 81));
  }
}
