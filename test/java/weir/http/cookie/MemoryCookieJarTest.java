package weir.http.cookie;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import weir.http.Url;

class MemoryCookieJarTest {

  private final AtomicLong now = new AtomicLong(1_700_000_000_000L);
  private final MemoryCookieJar jar = new MemoryCookieJar(PublicSuffixes::contains, now::get);

  private static Url url(String url) {
    try {
      return Url.parse(url);
    } catch (java.net.MalformedURLException e) {
      throw new AssertionError(e);
    }
  }

  private void set(String from, String... fields) {
    jar.receive(url(from), List.of(fields));
  }

  private String sent(String to) {
    return jar.header(url(to));
  }

  /** [B] Cookies without a Domain went to every host. */
  @Test
  void aCookieWithoutADomainGoesToItsHostAlone() {
    set("http://a.example.org/", "x=1");
    assertEquals("x=1", sent("http://A.example.org/deep/down"));
    assertNull(sent("http://example.org/"));
    assertNull(sent("http://b.a.example.org/"));
    assertNull(sent("http://other.net/"));
  }

  @Test
  void aCookieOfADomainGoesToAllHostsBelowIt() {
    set("http://a.example.org/", "x=1; Domain=.example.org");
    assertEquals("x=1", sent("http://example.org/"));
    assertEquals("x=1", sent("http://b.example.org/"));
    assertNull(sent("http://badexample.org/"));
  }

  /** [B] Any response could set cookies for any domain. */
  @ParameterizedTest
  @ValueSource(
      strings = {"other.org", "b.a.example.co.uk", "co.uk", "uk", ".", "le.co.uk", "github.io"})
  void aForeignDomainOrAPublicSuffixIsRejected(String domain) {
    set("http://a.example.co.uk/", "x=1; Domain=" + domain);
    if (domain.equals(".")) {
      assertNull(sent("http://example.co.uk/"));
    } else {
      assertEquals(List.of(), jar.cookies());
    }
  }

  @ParameterizedTest
  @CsvSource({
    "com, true",
    "co.uk, true",
    "com.au, true",
    "github.io, true",
    "localhost, true",
    "example.com, false",
    "example.co.uk, false",
    "me.github.io, false",
    "co.com, false",
    "bbc.uk, false"
  })
  void publicSuffixesAreToldByRuleAndList(String domain, boolean suffix) {
    assertEquals(suffix, PublicSuffixes.contains(domain));
  }

  @Test
  void aSuffixThatIsAHostKeepsItsCookiesToItself() {
    set("http://localhost:8080/", "x=1; Domain=localhost");
    assertEquals("x=1", sent("http://localhost/"));
    assertNull(sent("http://a.localhost/"));
  }

  @Test
  void anAddressHasNoDomainsBelowIt() {
    set("http://127.0.0.1/", "x=1; Domain=127.0.0.1", "y=2; Domain=0.0.1");
    assertEquals("x=1", sent("http://127.0.0.1/"));
    assertFalse(Cookie.matchesDomain("1.127.0.0.1", "127.0.0.1"));
    set("http://[::1]/", "z=3");
    assertEquals("z=3", sent("http://[::1]/"));
  }

  /** [B] Max-Age was compared as milliseconds, so that 200 s were over after 0.2 s. */
  @Test
  void maxAgeIsInSeconds() {
    set("http://a.org/", "x=1; Max-Age=200");
    now.addAndGet(199_000);
    assertEquals("x=1", sent("http://a.org/"));
    now.addAndGet(1_000);
    assertNull(sent("http://a.org/"));
  }

  @Test
  void maxAgeCountsMoreThanExpires() {
    set("http://a.org/", "x=1; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=10");
    assertEquals("x=1", sent("http://a.org/"));
    set("http://a.org/", "x=1; Expires=Thu, 01 Jan 1970 00:00:00 GMT");
    assertNull(sent("http://a.org/"));
  }

  @Test
  void anExpiredCookieRemovesTheOneThatItReplaces() {
    set("http://a.org/", "x=1", "y=2");
    set("http://a.org/", "x=; Max-Age=0");
    assertEquals("y=2", sent("http://a.org/"));
  }

  @Test
  void aSecureCookieNeedsTls() {
    set("https://a.org/", "x=1; secure; HttpOnly");
    assertNull(sent("http://a.org/"));
    assertEquals("x=1", sent("https://a.org/"));
  }

  @Test
  void pathsMatchOnBordersOfSegmentsAndTheMostSpecificWins() {
    set("http://a.org/docs/index", "x=docs", "x=root; Path=/", "y=1; Path=/docs/web");
    assertEquals("x=docs", sent("http://a.org/docs"));
    assertEquals("x=root", sent("http://a.org/docsets"));
    assertEquals("y=1; x=docs", sent("http://a.org/docs/web/1"));
  }

  @Test
  void prefixesOfNamesKeepTheirPromise() {
    set("https://a.org/", "__Host-x=1; Path=/", "__Secure-y=1", "__Host-z=1; Secure; Path=/");
    set("http://a.org/", "__Secure-w=1; Secure");
    assertEquals("__Host-z=1", sent("https://a.org/"));
  }

  @Test
  void junkIsNoCookie() {
    set("http://a.org/", "", "=1", "novalue", ";;;", "x".repeat(9000) + "=1");
    assertEquals(List.of(), jar.cookies());
    set("http://a.org/", " x = \"a=b\" ; Max-Age=soon; Path=relative; Expires=never; Unknown");
    assertEquals("x=\"a=b\"", sent("http://a.org/"));
  }

  @Test
  void theJarIsBounded() {
    for (int i = 0; i < MemoryCookieJar.MAX_COOKIES_PER_DOMAIN + 5; i++) {
      set("http://a.org/", "c" + i + "=1");
    }
    assertEquals(MemoryCookieJar.MAX_COOKIES_PER_DOMAIN, jar.cookies().size());
    assertTrue(sent("http://a.org/").contains("c184=1"));
    assertFalse(sent("http://a.org/").contains("c0=1"));
  }
}
