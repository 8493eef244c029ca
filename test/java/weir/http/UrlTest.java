package weir.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.net.MalformedURLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class UrlTest {

  @ParameterizedTest
  @CsvSource({
    "http://h, http://h/",
    "HTTP://Host:80/a b, http://host:80/a%20b",
    "http://h/a%20b?x=[1]#frag, http://h/a%20b?x=%5B1%5D",
    "http://h?q=ü, http://h/?q=%C3%BC",
    "http://bücher.example/, http://xn--bcher-kva.example/",
    "http://[::1]:8080/x, http://[::1]:8080/x",
    "https://me:p%40ss@h/, https://h/",
    "http://h/?, http://h/?"
  })
  void isParsedAndEncoded(String url, String expected) throws MalformedURLException {
    assertEquals(expected, Url.parse(url).toString());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "foo",
        "",
        "/path",
        "ftp://h/",
        "http:/h",
        "http:///p",
        "http://h:x/",
        "http://h:99999/",
        "http://a b/",
        "http://h\r\nx/",
        "http://@/"
      })
  void nonsenseIsRefused(String url) {
    assertThrows(MalformedURLException.class, () -> Url.parse(url));
  }

  @Test
  void theHostFieldHasThePortOnlyIfItIsNotTheUsualOne() throws MalformedURLException {
    assertEquals("h", Url.parse("http://h:80/").authority());
    assertEquals("h:443", Url.parse("http://h:443/").authority());
    assertEquals("h", Url.parse("https://h:443/").authority());
    assertEquals("p@ss", Url.parse("https://me:p%40ss@h/").userInfo().substring(3));
  }

  /** RFC 3986 §5.4, as far as http goes. */
  @ParameterizedTest
  @CsvSource({
    "g, http://a/b/c/g",
    "./g, http://a/b/c/g",
    "g/, http://a/b/c/g/",
    "/g, http://a/g",
    "//g, http://g/",
    "?y, http://a/b/c/d;p?y",
    "g?y, http://a/b/c/g?y",
    "#s, http://a/b/c/d;p?q",
    "g#s, http://a/b/c/g",
    "., http://a/b/c/",
    ".., http://a/b/",
    "../g, http://a/b/g",
    "../../../g, http://a/g",
    "g/./h, http://a/b/c/g/h",
    "g/../h, http://a/b/c/h",
    "https://x/y, https://x/y"
  })
  void aReferenceIsResolved(String reference, String expected) throws MalformedURLException {
    assertEquals(expected, Url.parse("http://a/b/c/d;p?q").resolve(reference).toString());
  }
}
