package weir.bench;

/** What a JVM costs by itself. */
public final class Nothing {

  private Nothing() {}

  /** Prints {@code done}. */
  public static void main(String[] args) {
    System.out.println("done");
  }
}
