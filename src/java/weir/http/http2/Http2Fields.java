package weir.http.http2;

import io.netty.handler.codec.DateFormatter;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.util.AsciiString;
import java.util.AbstractMap.SimpleImmutableEntry;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Date;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Set;

/**
 * The fields of a received HTTP/2 message, without pseudo-header fields, as a list that is searched: a
 * message has few. Cookie crumbs are joined where one value is asked for (RFC 9113 §8.2.3). Can only
 * lose fields, and only before other threads have it.
 */
public final class Http2Fields extends ReceivedHeaders {

  private static final AsciiString COOKIE = AsciiString.cached("cookie");
  private static final CharSequence[] NOTHING = {};

  private CharSequence[] pairs; // names in lower case, each with its value behind it
  private int length;

  /** Creates an empty list. */
  public Http2Fields() {
    this(NOTHING, 0);
  }

  Http2Fields(CharSequence[] pairs, int length) {
    this.pairs = pairs;
    this.length = length;
  }

  /** Adds a field whose name is in lower case; only while nobody else has this. */
  void append(CharSequence name, CharSequence value) {
    if (length == pairs.length) {
      pairs = Arrays.copyOf(pairs, Math.max(16, length * 2));
    }
    pairs[length] = name;
    pairs[length + 1] = value;
    length += 2;
  }

  private int find(CharSequence name, int from) {
    for (int i = from; i < length; i += 2) {
      CharSequence known = pairs[i];
      if (known.length() == name.length() && AsciiString.contentEqualsIgnoreCase(known, name)) {
        return i;
      }
    }
    return -1;
  }

  @Override
  public String get(CharSequence name) {
    int at = find(name, 0);
    if (at < 0) {
      return null;
    }
    if (AsciiString.contentEqualsIgnoreCase(COOKIE, name) && find(name, at + 2) > 0) {
      return String.join("; ", getAll(name));
    }
    return pairs[at + 1].toString();
  }

  @Override
  public String get(String name) {
    return get((CharSequence) name);
  }

  @Override
  public List<String> getAll(CharSequence name) {
    int at = find(name, 0);
    if (at < 0) {
      return List.of();
    }
    int next = find(name, at + 2);
    if (next < 0) {
      return List.of(pairs[at + 1].toString());
    }
    List<String> all = new ArrayList<>(4);
    all.add(pairs[at + 1].toString());
    for (; next >= 0; next = find(name, next + 2)) {
      all.add(pairs[next + 1].toString());
    }
    return all;
  }

  @Override
  public List<String> getAll(String name) {
    return getAll((CharSequence) name);
  }

  @Override
  public boolean contains(CharSequence name) {
    return find(name, 0) >= 0;
  }

  @Override
  public boolean contains(String name) {
    return find(name, 0) >= 0;
  }

  @Override
  public Integer getInt(CharSequence name) {
    String value = get(name);
    try {
      return value == null ? null : Integer.valueOf(value);
    } catch (NumberFormatException notOne) {
      return null;
    }
  }

  @Override
  public int getInt(CharSequence name, int otherwise) {
    Integer value = getInt(name);
    return value == null ? otherwise : value;
  }

  @Override
  public Short getShort(CharSequence name) {
    String value = get(name);
    try {
      return value == null ? null : Short.valueOf(value);
    } catch (NumberFormatException notOne) {
      return null;
    }
  }

  @Override
  public short getShort(CharSequence name, short otherwise) {
    Short value = getShort(name);
    return value == null ? otherwise : value;
  }

  @Override
  public Long getTimeMillis(CharSequence name) {
    String value = get(name);
    Date date = value == null ? null : DateFormatter.parseHttpDate(value);
    return date == null ? null : Long.valueOf(date.getTime());
  }

  @Override
  public long getTimeMillis(CharSequence name, long otherwise) {
    Long value = getTimeMillis(name);
    return value == null ? otherwise : value;
  }

  @Override
  public List<Map.Entry<String, String>> entries() {
    List<Map.Entry<String, String>> entries = new ArrayList<>(length / 2);
    for (int i = 0; i < length; i += 2) {
      entries.add(new SimpleImmutableEntry<>(pairs[i].toString(), pairs[i + 1].toString()));
    }
    return entries;
  }

  @Override
  @Deprecated
  public Iterator<Map.Entry<String, String>> iterator() {
    return entries().iterator();
  }

  @Override
  public Iterator<Map.Entry<CharSequence, CharSequence>> iteratorCharSequence() {
    return new Iterator<>() {
      private int at;

      @Override
      public boolean hasNext() {
        return at < length;
      }

      @Override
      public Map.Entry<CharSequence, CharSequence> next() {
        if (at >= length) {
          throw new NoSuchElementException();
        }
        at += 2;
        return new SimpleImmutableEntry<>(pairs[at - 2], pairs[at - 1]);
      }
    };
  }

  @Override
  public boolean isEmpty() {
    return length == 0;
  }

  @Override
  public int size() {
    return length / 2;
  }

  @Override
  public Set<String> names() {
    Set<String> names = new LinkedHashSet<>();
    for (int i = 0; i < length; i += 2) {
      names.add(pairs[i].toString());
    }
    return names;
  }

  @Override
  public HttpHeaders copy() {
    return new Http2Fields(Arrays.copyOf(pairs, length), length);
  }

  @Override
  public HttpHeaders remove(CharSequence name) {
    int kept = 0;
    for (int i = 0; i < length; i += 2) {
      if (!AsciiString.contentEqualsIgnoreCase(pairs[i], name)) {
        pairs[kept] = pairs[i];
        pairs[kept + 1] = pairs[i + 1];
        kept += 2;
      }
    }
    Arrays.fill(pairs, kept, length, null);
    length = kept;
    return this;
  }

  @Override
  public HttpHeaders remove(String name) {
    return remove((CharSequence) name);
  }
}
