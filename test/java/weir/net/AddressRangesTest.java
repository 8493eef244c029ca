package weir.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnixDomainSocketAddress;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AddressRangesTest {

  @ParameterizedTest
  @CsvSource({
    "10.0.0.0/8, 10.255.1.2, true",
    "10.0.0.0/8, 11.0.0.0, false",
    "10.128.0.0/9, 10.127.255.255, false",
    "10.128.0.0/9, 10.128.0.0, true",
    "192.0.2.1, 192.0.2.1, true",
    "192.0.2.1, 192.0.2.2, false",
    "192.0.2.1/32, 192.0.2.1, true",
    "0.0.0.0/0, 203.0.113.7, true",
    "0.0.0.0/0, 2001:db8::1, false",
    "2001:db8::/32, 2001:db8:1::1, true",
    "2001:db8::/32, 2001:db9::1, false",
    "::1, ::1, true",
    "192.0.2.0/24, ::ffff:192.0.2.9, true"
  })
  void anAddressIsInARangeOrNot(String range, String address, boolean contained) throws Exception {
    AddressRanges ranges = AddressRanges.of(List.of("198.51.100.0/30", range));
    InetAddress ip = InetAddress.getByAddress(AddressRanges.address(address));
    assertEquals(contained, ranges.contains(new InetSocketAddress(ip, 1)));
    assertTrue(ranges.contains(AddressRanges.address("198.51.100.3")));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "localhost",
        "10.0.0.0/33",
        "10.0.0.0/",
        "10.0.0.0/x",
        "1.2.3",
        "::/129",
        "/8"
      })
  void whatIsNoRangeIsNamed(String text) {
    IllegalArgumentException e =
        assertThrows(IllegalArgumentException.class, () -> AddressRanges.of(List.of(text)));
    assertTrue(e.getMessage().contains("\"" + text + "\""), e.getMessage());
  }

  @Test
  void peersOnUnixSocketsAreTheirOwnRange() {
    UnixDomainSocketAddress unix = UnixDomainSocketAddress.of("/tmp/x");
    assertTrue(AddressRanges.of(List.of("unix")).contains(unix));
    assertFalse(AddressRanges.of(List.of("0.0.0.0/0", "::/0")).contains(unix));
  }
}
