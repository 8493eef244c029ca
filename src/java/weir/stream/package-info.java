/**
 * Many eventual values: sources, sinks, what transforms them and what connects them. Read {@link
 * weir.stream.Stream} first, then {@link weir.stream.Streams} for everything one does with streams.
 * Any thread may call anything here; work stays on the thread that puts or takes, unless a stream was
 * made with an executor. Connections live in the source they start from, so they die with it.
 */
package weir.stream;
