package weir.browser;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTest {

  @Test
  void readsEveryKindOfValue() {
    assertEquals(
        Map.of("a", Arrays.asList(1.0, -2.5e3, true, false, null), "b", Map.of(), "c", List.of()),
        Json.read(" { \"a\" : [1, -2.5e3, true ,false,null], \"b\":{ }, \"c\":[ ] } "));
  }

  @Test
  void whatIsWrittenIsReadBack() {
    Map<String, Object> value =
        Map.of("quote \" \\ / \u0001 \n é 😀", List.of("", Map.of("x", 1.0)), "y", true);
    assertEquals(value, Json.read(Json.write(value)));
  }

  @Test
  void readsEscapes() {
    assertEquals("\b\f\n\r\t\"\\/é", Json.read("\"\\b\\f\\n\\r\\t\\\"\\\\\\/\\u00e9\""));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "{", "[1 2]", "tru", "\"open", "1 1", "{\"a\" 1}", "-"})
  void refusesWhatIsNoJson(String text) {
    assertThrows(IllegalArgumentException.class, () -> Json.read(text));
  }
}
