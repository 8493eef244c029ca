package weir.http.server;

/** Something that goes to an event loop by way of its {@link Outbox}; in it once at a time. */
abstract class OutboxItem {

  /** Links the outbox; written by whoever adds to it. */
  OutboxItem nextInOutbox;

  /** It has come. On the loop. */
  abstract void arrive();

  /** It will never come: the loop has ended. */
  abstract void discard();
}
