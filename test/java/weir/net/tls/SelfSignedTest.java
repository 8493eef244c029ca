package weir.net.tls;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import org.junit.jupiter.api.Test;

class SelfSignedTest {

  private static Object alternative(X509Certificate certificate, int kind) throws Exception {
    Collection<List<?>> names = certificate.getSubjectAlternativeNames();
    List<?> first = names.iterator().next();
    assertEquals(kind, first.get(0));
    return first.get(1);
  }

  @Test
  void aHostNameIsInTheCertificate() throws Exception {
    X509Certificate c = SelfSigned.of("some.example").certificate();
    c.checkValidity();
    c.verify(c.getPublicKey());
    assertEquals(3, c.getVersion());
    assertEquals("CN=some.example", c.getSubjectX500Principal().getName());
    assertEquals(c.getSubjectX500Principal(), c.getIssuerX500Principal());
    assertEquals("some.example", alternative(c, 2));
  }

  @Test
  void addressesAndForeignLettersArePutAsTheyMust() throws Exception {
    assertEquals("127.0.0.1", alternative(SelfSigned.of("127.0.0.1").certificate(), 7));
    assertEquals("0:0:0:0:0:0:0:1", alternative(SelfSigned.of("::1").certificate(), 7));
    assertEquals(
        "xn--bcher-kva.example", alternative(SelfSigned.of("bücher.example").certificate(), 2));
  }

  @Test
  void timesBeyond2049AreEncodedWithAllDigits() throws Exception {
    Instant until = Instant.parse("2051-02-03T04:05:06Z");
    X509Certificate c =
        SelfSigned.of("x", Instant.parse("2024-01-01T00:00:00Z"), until).certificate();
    assertEquals(until, c.getNotAfter().toInstant());
    assertEquals(Instant.parse("2024-01-01T00:00:00Z"), c.getNotBefore().toInstant());
  }

  @Test
  void longLengthsAreEncoded() throws Exception {
    String host = "a".repeat(60) + "." + "b".repeat(60) + "." + "c".repeat(60) + ".example";
    assertEquals(host, alternative(SelfSigned.of(host).certificate(), 2));
    assertArrayEquals(
        new byte[] {0x04, (byte) 0x82, 0x01, 0x2c},
        java.util.Arrays.copyOf(Der.octets(new byte[300]), 4));
  }
}
