package weir.http.multipart;

import java.io.File;

/**
 * A part of a form that has come as a whole.
 *
 * @param name the name of the field, or null
 * @param content a String for a field, an InputStream over memory for a small file, null for one that
 *     is in {@code file}
 * @param fileName the name of the file as its sender has it, null for a field
 * @param charset the name of the charset
 * @param mimeType the type, null for a field
 * @param transferEncoding as the sender names it, or null
 * @param file the temporary file, or null
 * @param size how many bytes it has
 */
public record FormPart(
    String name,
    Object content,
    String fileName,
    String charset,
    String mimeType,
    String transferEncoding,
    File file,
    long size) {

  /** Returns whether it is a file. */
  public boolean isFile() {
    return fileName != null;
  }
}
