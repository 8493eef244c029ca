/**
 * Messages cut out of streams of bytes, with limits: lines, delimited, length-prefixed. Start with
 * {@link weir.bytes.frame.Frames}. Cutting runs on whichever thread the bytes come on.
 */
package weir.bytes.frame;
