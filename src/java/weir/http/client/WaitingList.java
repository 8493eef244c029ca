package weir.http.client;

/** The exchanges that wait for a connection, in order; any one of them can leave at once. */
final class WaitingList {

  private Exchange head;
  private Exchange tail;
  private int size;

  int size() {
    return size;
  }

  Exchange first() {
    return head;
  }

  /** Returns the first one that no connection is being made for, or null. */
  Exchange firstWithoutConnecting() {
    Exchange e = head;
    while (e != null && e.connecting != null) {
      e = e.next;
    }
    return e;
  }

  /** Returns the first one that takes a connection which is there already, or null. */
  Exchange firstFor(ClientConnection connection) {
    Exchange e = head;
    while (e != null && e.needsFresh() && !connection.isMultiplexed()) {
      e = e.next;
    }
    return e;
  }

  /** Tells each one that no connection is being made for it any more. */
  void tellWithoutConnecting() {
    for (Exchange e = head; e != null; e = e.next) {
      if (e.connecting == null) {
        e.queued();
      }
    }
  }

  void addLast(Exchange e) {
    e.list = this;
    e.previous = tail;
    if (tail == null) {
      head = e;
    } else {
      tail.next = e;
    }
    tail = e;
    size++;
  }

  void addFirst(Exchange e) {
    e.list = this;
    e.next = head;
    if (head == null) {
      tail = e;
    } else {
      head.previous = e;
    }
    head = e;
    size++;
  }

  void remove(Exchange e) {
    if (e.previous == null) {
      head = e.next;
    } else {
      e.previous.next = e.next;
    }
    if (e.next == null) {
      tail = e.previous;
    } else {
      e.next.previous = e.previous;
    }
    e.previous = null;
    e.next = null;
    e.list = null;
    size--;
  }
}
