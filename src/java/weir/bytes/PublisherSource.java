package weir.bytes;

import java.util.ArrayDeque;
import java.util.concurrent.Flow;
import weir.deferred.Deferred;

/** A source of what a publisher emits; one item is requested for each take. */
final class PublisherSource extends BasicSource implements Flow.Subscriber<Object> {

  private record Take(Deferred<Object> result, Object dflt) {}

  private final ArrayDeque<Take> takes = new ArrayDeque<>(); // this guards all fields
  private Flow.Subscription subscription;
  private int unrequested; // takes that came before the subscription
  private boolean over;
  private Throwable failure;

  @SuppressWarnings("unchecked") // a publisher of any type may pass its items as objects
  PublisherSource(Object publisher) {
    ((Flow.Publisher<Object>) publisher).subscribe(this);
  }

  @Override
  Deferred<Object> takeAsync(Object dflt) {
    Flow.Subscription s;
    Deferred<Object> result = Deferred.create();
    synchronized (this) {
      Object again = hasGivenBack() ? takeGivenBack() : PulledSeq.END;
      if (again != PulledSeq.END) {
        return Deferred.of(again);
      }
      if (over) {
        return failure == null ? Deferred.of(dflt) : Deferred.failed(failure);
      }
      takes.add(new Take(result, dflt));
      s = subscription;
      unrequested += s == null ? 1 : 0;
    }
    if (s != null) {
      s.request(1);
    }
    return result;
  }

  @Override
  public void onSubscribe(Flow.Subscription s) {
    int n;
    synchronized (this) {
      if (subscription != null || over) {
        n = -1;
      } else {
        subscription = s;
        n = unrequested;
      }
    }
    if (n < 0) {
      s.cancel();
    } else if (n > 0) {
      s.request(n);
    }
  }

  @Override
  public void onNext(Object item) {
    Take t;
    synchronized (this) {
      t = takes.poll();
    }
    if (t == null || !t.result.success(item)) {
      giveBack(item);
    }
  }

  @Override
  public void onError(Throwable t) {
    end(t);
  }

  @Override
  public void onComplete() {
    end(null);
  }

  private void end(Throwable t) {
    ArrayDeque<Take> left;
    synchronized (this) {
      over = true;
      failure = failure == null ? t : failure;
      left = new ArrayDeque<>(takes);
      takes.clear();
    }
    ended();
    for (Take take : left) {
      if (t == null) {
        take.result.success(take.dflt);
      } else {
        take.result.error(t);
      }
    }
  }

  @Override
  synchronized boolean isOver() {
    return over && !hasGivenBack();
  }

  @Override
  void closeOnce() {
    Flow.Subscription s;
    synchronized (this) {
      s = subscription;
    }
    if (s != null) {
      s.cancel();
    }
    end(null);
  }

  @Override
  String kind() {
    return "publisher";
  }
}
