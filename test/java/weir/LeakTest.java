package weir;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import weir.testing.Leaks;

/** Runs after every other class: see {@code junit-platform.properties}. */
@Order(Integer.MAX_VALUE)
class LeakTest {

  @Test
  void noTestLeakedABuffer() throws InterruptedException {
    List<String> leaks = Leaks.find();
    assertTrue(leaks.isEmpty(), () -> String.join("\n", leaks));
  }
}
