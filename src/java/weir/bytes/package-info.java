/**
 * Every representation of bytes and the conversions between them: direct calls for the usual pairs, a
 * graph with a path search for all others. Read {@link weir.bytes.Bytes} first, then {@link
 * weir.bytes.Conversions}. Any thread may call; functions that drain a source block their caller, so
 * never call those on an event loop.
 */
package weir.bytes;
