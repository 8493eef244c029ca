package weir.deferred;

/**
 * What a deferred's state word may hold besides a plain value: listeners that wait, a claim, or an
 * outcome that cannot stand for itself. A state word that is null means: pending, nobody listens.
 */
abstract class State {

  /** The value null, which would otherwise read as "pending". */
  static final State NIL =
      new State() {
        @Override
        public String toString() {
          return "nil";
        }
      };

  /** A value that is itself a {@link State} and would otherwise be taken for one. */
  static final class Boxed extends State {
    final State value;

    Boxed(State value) {
      this.value = value;
    }
  }

  /** An error; any object may be one, null included. */
  static final class Failure extends State {
    final Object error;

    Failure(Object error) {
      this.error = error;
    }
  }

  /** Returns the state word that stands for success with {@code value}. */
  static Object encode(Object value) {
    if (value == null) {
      return NIL;
    }
    return value instanceof State s ? new Boxed(s) : value;
  }

  /** Returns the value of a successful state word. */
  static Object decode(Object state) {
    if (!(state instanceof State)) {
      return state;
    }
    return state instanceof Boxed b ? b.value : null;
  }

  static boolean isRealized(Object state) {
    return state != null && !(state instanceof Callback) && !(state instanceof Claim);
  }
}
