/**
 * Forms with files, by RFC 7578: {@link weir.http.multipart.Multipart} is one that is sent, {@link
 * weir.http.multipart.MultipartReader} reads one that has come, part after part, without a copy. Read
 * the reader first. {@link weir.http.multipart.FormParts} keeps small parts in memory and larger ones
 * in temporary files. Whatever reads may block, and belongs on a thread that may.
 */
package weir.http.multipart;
