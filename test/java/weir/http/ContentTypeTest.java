package weir.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ContentTypeTest {

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '\'',
      value = {
        "text/plain;charset=utf-8, utf-8",
        "text/plain; charset=UTF-8, UTF-8",
        "text/plain; Charset = \"iso-8859-1\" , iso-8859-1",
        "text/plain;a=b;charset=x;charset=y, x",
        "text/plain;a=\";charset=no\";charset=yes, yes",
        "text/plain;a=\"\\\";charset=no\";charset=yes, yes",
        "text/plain;charset=\"a\\\"b\", a\"b",
        ";charset=x, x"
      })
  void charsetIsReadFromTheParameters(String value, String charset) {
    assertEquals(charset, ContentType.charset(value));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        ";",
        "text/plain",
        "text/plain;",
        "text/plain;charset",
        "text/plain;charset=",
        "text/plain;charset=\"\"",
        "text/plain;xcharset=a",
        "charset=utf-8",
        "a;b=\"charset=c"
      })
  void thereIsNoCharsetWhereNoneIsNamed(String value) {
    assertNull(ContentType.charset(value));
  }

  @Test
  void anAbsentFieldHasNoParameters() {
    assertNull(ContentType.charset(null));
    assertEquals("b", ContentType.parameter("multipart/form-data; boundary=b", "Boundary"));
  }
}
