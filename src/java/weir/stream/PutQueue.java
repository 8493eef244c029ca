package weir.stream;

/** Waiting puts in their order, with removal from anywhere. Guarded by the stream's section. */
final class PutQueue {

  private PendingPut first;
  private PendingPut last;
  private int size;

  int size() {
    return size;
  }

  PendingPut peek() {
    return first;
  }

  void add(PendingPut p) {
    p.queued = true;
    p.prev = last;
    if (last == null) {
      first = p;
    } else {
      last.next = p;
    }
    last = p;
    size++;
  }

  /** Removes and returns the oldest, or returns null. */
  PendingPut poll() {
    PendingPut p = first;
    if (p != null) {
      remove(p);
    }
    return p;
  }

  void remove(PendingPut p) {
    if (p.prev == null) {
      first = p.next;
    } else {
      p.prev.next = p.next;
    }
    if (p.next == null) {
      last = p.prev;
    } else {
      p.next.prev = p.prev;
    }
    p.prev = null;
    p.next = null;
    p.queued = false;
    size--;
  }
}
