package weir.stream;

/** What arguments of the interop interfaces mean, which know no types. */
final class Args {

  private Args() {}

  static boolean isTrue(Object x) {
    return x != null && !Boolean.FALSE.equals(x);
  }
}
