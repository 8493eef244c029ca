/**
 * Content codings: gzip, deflate, and Brotli, Zstandard and Snappy where their libraries are present.
 * A server reads {@link weir.http.coding.Compression} first, a client {@link
 * weir.http.coding.ContentDecoder}. Encoders belong to one thread at a time, mostly the event loop of
 * their connection; decoders are streams that the reader's thread drives.
 */
package weir.http.coding;
