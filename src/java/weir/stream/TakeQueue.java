package weir.stream;

/** Waiting takers in their order, with removal from anywhere. Guarded by the stream's section. */
final class TakeQueue {

  private Taker first;
  private Taker last;
  private int size;

  int size() {
    return size;
  }

  void add(Taker t) {
    t.queued = true;
    t.prev = last;
    if (last == null) {
      first = t;
    } else {
      last.next = t;
    }
    last = t;
    size++;
  }

  /** Removes and returns the oldest, or returns null. */
  Taker poll() {
    Taker t = first;
    if (t != null) {
      remove(t);
    }
    return t;
  }

  void remove(Taker t) {
    if (t.prev == null) {
      first = t.next;
    } else {
      t.prev.next = t.next;
    }
    if (t.next == null) {
      last = t.prev;
    } else {
      t.next.prev = t.prev;
    }
    t.prev = null;
    t.next = null;
    t.queued = false;
    size--;
  }

  /** Empties the queue; what was in it, oldest first. */
  Taker[] drain() {
    Taker[] all = new Taker[size];
    for (int i = 0; i < all.length; i++) {
      all[i] = poll();
    }
    return all;
  }
}
