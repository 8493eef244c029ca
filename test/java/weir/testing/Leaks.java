package weir.testing;

import io.netty.util.ResourceLeakDetector;
import io.netty.util.ResourceLeakDetectorFactory;
import io.netty.util.ResourceLeakTracker;
import java.lang.ref.PhantomReference;
import java.lang.ref.ReferenceQueue;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * Collects every resource that Netty finds to have been garbage collected without a release.
 *
 * <p>{@link #install()} must run before the first Netty class that owns a detector is loaded;
 * {@link LeakSession} sees to that. Detectors look for leaks only when they track something new, so
 * {@link #find()} collects garbage and then makes each of them track and close one object.
 */
public final class Leaks {

  private static final int ROUNDS = 3;
  private static final long COLLECTION_MILLIS = 5_000;

  private static final Queue<String> FOUND = new ConcurrentLinkedQueue<>();
  private static final Queue<Detector<Object>> DETECTORS = new ConcurrentLinkedQueue<>();

  private Leaks() {}

  /** Makes every detector that is created from now on report to this class. */
  public static void install() {
    if (!(ResourceLeakDetectorFactory.instance() instanceof Factory)) {
      ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.PARANOID);
      ResourceLeakDetectorFactory.setResourceLeakDetectorFactory(new Factory());
    }
  }

  /** Collects garbage, asks every detector and returns the leaks that no earlier call returned. */
  public static List<String> find() throws InterruptedException {
    for (int round = 0; round < ROUNDS; round++) {
      collectGarbage();
      DETECTORS.forEach(Detector::poll);
    }
    List<String> found = new ArrayList<>();
    for (String leak = FOUND.poll(); leak != null; leak = FOUND.poll()) {
      found.add(leak);
    }
    return found;
  }

  /** Returns when a collection has enqueued the references of what had become unreachable. */
  private static void collectGarbage() throws InterruptedException {
    ReferenceQueue<Object> queue = new ReferenceQueue<>();
    PhantomReference<Object> sentinel = new PhantomReference<>(new Object(), queue);
    System.gc();
    if (queue.remove(COLLECTION_MILLIS) != sentinel) {
      throw new IllegalStateException("no garbage collection in " + COLLECTION_MILLIS + " ms");
    }
  }

  private static final class Factory extends ResourceLeakDetectorFactory {
    @Override
    @SuppressWarnings("deprecation") // it is what Netty calls
    public <T> ResourceLeakDetector<T> newResourceLeakDetector(
        Class<T> resource, int samplingInterval, long maxActive) {
      return register(new Detector<>(resource, samplingInterval));
    }

    @Override
    public <T> ResourceLeakDetector<T> newResourceLeakDetector(
        Class<T> resource, int samplingInterval) {
      return register(new Detector<>(resource, samplingInterval));
    }

    @SuppressWarnings(
        "unchecked") // a detector only ever sees what it is given, here or by its owner
    private static <T> Detector<T> register(Detector<T> detector) {
      DETECTORS.add((Detector<Object>) detector);
      return detector;
    }
  }

  private static final class Detector<T> extends ResourceLeakDetector<T> {
    @SuppressWarnings("deprecation") // for users; this factory may
    Detector(Class<T> resource, int samplingInterval) {
      super(resource, samplingInterval);
    }

    @SuppressWarnings("unchecked") // any object will do
    void poll() {
      T object = (T) new Object();
      ResourceLeakTracker<T> tracker = trackForcibly(object);
      tracker.close(object);
    }

    @Override
    protected boolean needReport() {
      return true;
    }

    @Override
    protected void reportTracedLeak(String resourceType, String records) {
      FOUND.add("LEAK: " + resourceType + " was not released before it was collected." + records);
    }

    @Override
    protected void reportUntracedLeak(String resourceType) {
      FOUND.add("LEAK: " + resourceType + " was not released before it was collected.");
    }
  }
}
