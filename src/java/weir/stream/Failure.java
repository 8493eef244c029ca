package weir.stream;

/** The error that ended a stream; a box, because any object may be one, null included. */
record Failure(Object error) {}
