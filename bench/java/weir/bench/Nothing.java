package weir.bench;

/** What a JVM costs by itself. */
public final class Nothing {

  private Nothing() {}

  /** Does nothing. */
  public static void main(String[] args) {}
}
