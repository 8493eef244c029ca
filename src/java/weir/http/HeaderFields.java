package weir.http;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Header fields on their way out, in their order, each checked when it is added. Mutable, and not
 * for several threads at once.
 */
public final class HeaderFields {
  private static final HeaderName[] NO_NAMES = {};
  private static final String[] NO_VALUES = {};

  private HeaderName[] names;
  private String[] values;
  private int size;

  /** Creates an empty list. */
  public HeaderFields() {
    this(NO_NAMES, NO_VALUES, 0);
  }

  private HeaderFields(HeaderName[] names, String[] values, int size) {
    this.names = names;
    this.values = values;
    this.size = size;
  }

  /** Returns a list of the same fields that changes independently. */
  public HeaderFields copy() {
    return new HeaderFields(names.clone(), values.clone(), size);
  }

  /**
   * Adds a field.
   *
   * @throws IllegalArgumentException if the value is null or has a character that could end the line
   *     early (RFC 9110 §5.5), or is not Latin-1
   */
  public void add(HeaderName name, String value) {
    check(name, value);
    if (size == names.length) {
      names = Arrays.copyOf(names, Math.max(8, size * 2));
      values = Arrays.copyOf(values, Math.max(8, size * 2));
    }
    names[size] = name;
    values[size++] = value;
  }

  /** Replaces all fields of that name by one. */
  public void set(HeaderName name, String value) {
    check(name, value);
    remove(name);
    add(name, value);
  }

  /** Removes all fields of that name. */
  public void remove(HeaderName name) {
    int kept = 0;
    for (int i = 0; i < size; i++) {
      if (!is(i, name)) {
        names[kept] = names[i];
        values[kept++] = values[i];
      }
    }
    Arrays.fill(values, kept, size, null);
    size = kept;
  }

  /** Returns the last value of the field, or null. */
  public String get(HeaderName name) {
    for (int i = size - 1; i >= 0; i--) {
      if (is(i, name)) {
        return values[i];
      }
    }
    return null;
  }

  private boolean is(int i, HeaderName name) {
    return names[i] == name || names[i].name().equals(name.name());
  }

  /** Returns the number of fields. */
  public int size() {
    return size;
  }

  /** Returns the name of the field at an index. */
  public HeaderName name(int index) {
    return names[index];
  }

  /** Returns the value of the field at an index. */
  public String value(int index) {
    return values[index];
  }

  /** Writes all fields, each as a line. */
  public void writeTo(ByteBuf out) {
    for (int i = 0; i < size; i++) {
      out.writeBytes(names[i].line());
      out.writeCharSequence(values[i], StandardCharsets.ISO_8859_1);
      out.writeShort('\r' << 8 | '\n');
    }
  }

  private static void check(HeaderName name, String value) {
    if (value == null) {
      throw new IllegalArgumentException(
          "header " + name.name() + " is nil (expected: a string, or no such header)");
    }
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if (c < 0x20 ? c != '\t' : c == 0x7f || c > 0xff) {
        throw new IllegalArgumentException(
            String.format(
                "header %s has the character U+%04X at index %d (expected: Latin-1 without control"
                    + " characters)",
                name.name(), (int) c, i));
      }
    }
  }
}
