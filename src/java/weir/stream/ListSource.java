package weir.stream;

import java.util.List;

/** The elements of a list with random access; one that may compute them is read on the wait pool. */
final class ListSource extends PullSource {

  private final List<?> list;
  private final boolean inMemory;
  private int position;

  ListSource(List<?> list) {
    this.list = list;
    this.inMemory = AtHand.holds(list);
  }

  @Override
  Object tryPull() {
    return inMemory ? pull() : Stream.NONE;
  }

  @Override
  Object pull() {
    return position < list.size() ? list.get(position++) : Stream.END;
  }

  @Override
  public Object description() {
    return Describe.map("random-access-list", "drained?", isDrained());
  }
}
