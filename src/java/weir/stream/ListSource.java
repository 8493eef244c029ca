package weir.stream;

import java.util.List;

/** The elements of a list with random access. */
final class ListSource extends PullSource {

  private final List<?> list;
  private int position;

  ListSource(List<?> list) {
    this.list = list;
  }

  @Override
  Object tryPull() {
    return position < list.size() ? list.get(position++) : Stream.END;
  }

  @Override
  Object pull() {
    return tryPull();
  }

  @Override
  public Object description() {
    return Describe.map("random-access-list", "drained?", isDrained());
  }
}
