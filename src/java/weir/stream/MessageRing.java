package weir.stream;

/** Messages in their order, in an array that grows as needed. Guarded by the stream's section. */
final class MessageRing {

  private static final int SMALL = 8;

  private Object[] items;
  private int head;
  private int size;

  int size() {
    return size;
  }

  void add(Object x) {
    if (items == null) {
      items = new Object[SMALL];
    } else if (size == items.length) {
      grow();
    }
    items[(head + size) & (items.length - 1)] = x;
    size++;
  }

  /** Removes and returns the oldest; only if there is one. */
  Object poll() {
    Object x = items[head];
    items[head] = null;
    head = (head + 1) & (items.length - 1);
    size--;
    return x;
  }

  void clear() {
    items = null;
    head = 0;
    size = 0;
  }

  private void grow() {
    Object[] bigger = new Object[items.length * 2];
    int right = items.length - head;
    System.arraycopy(items, head, bigger, 0, right);
    System.arraycopy(items, 0, bigger, right, head);
    items = bigger;
    head = 0;
  }
}
