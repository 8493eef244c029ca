package weir.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import clojure.lang.Keyword;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ViewKeysTest {

  @Test
  void everyKeyIsFoundAtItsIndexAndNothingElseIs() {
    Keyword[] keys = keywords(32);
    ViewKeys view = ViewKeys.of(MapView.class, keys);
    for (int i = 0; i < keys.length; i++) {
      assertEquals(i, view.indexOf(keys[i]));
      assertEquals(keys[i], view.key(i));
    }
    for (Object other : new Object[] {null, "k1", 1, keys[1].sym, Keyword.intern("x", "k1")}) {
      assertEquals(-1, view.indexOf(other));
    }
  }

  @Test
  void aViewWithoutKeysIsAllowed() {
    assertEquals(-1, ViewKeys.of(MapView.class).indexOf(Keyword.intern(null, "a")));
  }

  @Test
  void moreKeysThanBitsAreRefused() {
    Keyword[] keys = keywords(33);
    assertThrows(IllegalArgumentException.class, () -> ViewKeys.of(MapView.class, keys));
  }

  @Test
  void aKeyMayNotOccurTwice() {
    Keyword key = Keyword.intern(null, "a");
    assertThrows(IllegalArgumentException.class, () -> ViewKeys.of(MapView.class, key, key));
  }

  private static Keyword[] keywords(int n) {
    return IntStream.range(0, n)
        .mapToObj(i -> Keyword.intern(null, "k" + i))
        .toArray(Keyword[]::new);
  }
}
