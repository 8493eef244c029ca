package weir.http.multipart;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import weir.http.ContentType;
import weir.http.FormEncoding;

/**
 * The parts of a form, url-encoded or multipart, each read when it is asked for. A part that is larger
 * than the limit is in a temporary file, which is deleted when the next part is asked for or this is
 * closed, unless its user does that. Not for several threads at once.
 */
public final class FormParts implements Iterator<FormPart>, Closeable {

  /** The largest part that is kept in memory: 16 KiB. */
  public static final int DEFAULT_MEMORY_LIMIT = 16 * 1024;

  /** The largest field, which is text and always in memory: 1 MiB. */
  public static final int MAX_FIELD_BYTES = 1024 * 1024;

  /** How many parts a form may have: 1000. */
  public static final int DEFAULT_MAX_PARTS = 1000;

  /**
   * How large a form may be.
   *
   * @param memoryLimit the largest part that is kept in memory, in bytes
   * @param maxParts how many parts it may have
   * @param maxPartBytes how many bytes a part may have; fields count against it, too
   * @param keepsFiles whether files stay until {@link #deleteFiles}
   */
  public record Limits(int memoryLimit, int maxParts, long maxPartBytes, boolean keepsFiles) {
    /** The default of each. */
    public static final Limits DEFAULT =
        new Limits(DEFAULT_MEMORY_LIMIT, DEFAULT_MAX_PARTS, Long.MAX_VALUE, false);
  }

  private static final String URL_ENCODED = "application/x-www-form-urlencoded";

  private final InputStream body;
  private final Limits limits;
  private final Charset charset;
  private final MultipartReader multipart; // null if it is url-encoded
  private final List<File> files = new ArrayList<>(); // not deleted yet
  private FormPart next;
  private int parts;
  private boolean ended;

  private FormParts(InputStream body, String contentType, Limits limits) {
    this.body = body;
    this.limits = limits;
    String name = ContentType.charset(contentType);
    this.charset =
        name != null && Charset.isSupported(name) ? Charset.forName(name) : StandardCharsets.UTF_8;
    this.multipart =
        MultipartReader.isMultipart(contentType) ? MultipartReader.of(body, contentType) : null;
  }

  /**
   * Returns the parts of a body.
   *
   * @throws IllegalArgumentException if the content type is none of a form
   */
  public static FormParts of(InputStream body, String contentType, Limits limits) {
    if (!MultipartReader.isMultipart(contentType)
        && (contentType == null
            || !contentType.regionMatches(true, 0, URL_ENCODED, 0, URL_ENCODED.length()))) {
      throw new IllegalArgumentException(
          "content type is "
              + contentType
              + " (expected: multipart/form-data or "
              + URL_ENCODED
              + ")");
    }
    return new FormParts(body, contentType, limits);
  }

  /**
   * {@inheritDoc}
   *
   * @throws UncheckedIOException if the body cannot be read, ends early, or breaks a limit
   */
  @Override
  public boolean hasNext() {
    if (next == null && !ended) {
      try {
        if (!limits.keepsFiles()) {
          deleteFiles();
        }
        next = multipart == null ? nextPair() : nextPart();
      } catch (IOException e) {
        ended = true;
        throw new UncheckedIOException(e);
      }
      ended = next == null;
    }
    return next != null;
  }

  @Override
  public FormPart next() {
    if (!hasNext()) {
      throw new NoSuchElementException("the form has no more parts");
    }
    FormPart part = next;
    next = null;
    return part;
  }

  private void count() throws MultipartException {
    if (++parts > limits.maxParts()) {
      throw new MultipartException("the form has more than " + limits.maxParts() + " parts");
    }
  }

  // ---- url-encoded

  private FormPart nextPair() throws IOException {
    ByteArrayOutputStream pair = new ByteArrayOutputStream();
    boolean any = false;
    for (int c; (c = body.read()) >= 0; ) {
      if (c == '&') {
        if (pair.size() > 0) {
          break;
        }
        continue;
      }
      any = true;
      pair.write(c);
      checkSize(pair.size(), MAX_FIELD_BYTES);
    }
    if (!any) {
      return null;
    }
    count();
    String text = pair.toString(StandardCharsets.ISO_8859_1);
    int equals = text.indexOf('=');
    String value = equals < 0 ? "" : decoded(text.substring(equals + 1));
    String name = decoded(equals < 0 ? text : text.substring(0, equals));
    return new FormPart(
        name, value, null, charset.name(), null, null, null, value.getBytes(charset).length);
  }

  private String decoded(String text) throws MultipartException {
    try {
      return FormEncoding.decode(text, charset);
    } catch (IllegalArgumentException e) {
      throw new MultipartException("the form has an escape that is none: " + e.getMessage());
    }
  }

  private void checkSize(long size, long limit) throws MultipartException {
    long max = Math.min(limit, limits.maxPartBytes());
    if (size > max) {
      throw new MultipartException("a part of the form has more than " + max + " bytes");
    }
  }

  // ---- multipart

  private FormPart nextPart() throws IOException {
    InboundPart part = multipart.next();
    if (part == null) {
      return null;
    }
    count();
    return part.fileName() == null ? field(part) : file(part);
  }

  private FormPart field(InboundPart part) throws IOException {
    byte[] bytes = part.content().readNBytes(MAX_FIELD_BYTES + 1);
    checkSize(bytes.length, MAX_FIELD_BYTES);
    return part(part, null, new String(bytes, part.charset()), null, bytes.length);
  }

  private FormPart file(InboundPart part) throws IOException {
    byte[] start = part.content().readNBytes(limits.memoryLimit() + 1);
    checkSize(start.length, Long.MAX_VALUE);
    if (start.length <= limits.memoryLimit()) {
      InputStream content = new ByteArrayInputStream(start);
      return part(part, part.fileName(), content, null, start.length);
    }
    File file = spool(start, part.content());
    return part(part, part.fileName(), null, file, file.length());
  }

  private static FormPart part(
      InboundPart part, String fileName, Object content, File file, long size) {
    return new FormPart(
        part.name(),
        content,
        fileName,
        part.charset().name(),
        fileName == null ? null : part.mimeType(),
        part.transferEncoding(),
        file,
        size);
  }

  private File spool(byte[] start, InputStream rest) throws IOException {
    File file = Files.createTempFile("weir-part-", null).toFile();
    files.add(file);
    try (OutputStream out = Files.newOutputStream(file.toPath())) {
      out.write(start);
      long size = start.length;
      byte[] piece = new byte[16 * 1024];
      for (int n; (n = rest.read(piece)) >= 0; ) {
        checkSize(size += n, Long.MAX_VALUE);
        out.write(piece, 0, n);
      }
    }
    return file;
  }

  // ---- the end

  /** Deletes the temporary files of the parts so far. */
  public void deleteFiles() throws IOException {
    for (File file : files) {
      Files.deleteIfExists(file.toPath());
    }
    files.clear();
  }

  /** Closes the body, and deletes the files unless they are kept. */
  @Override
  public void close() throws IOException {
    ended = true;
    try {
      body.close();
    } finally {
      if (!limits.keepsFiles()) {
        deleteFiles();
      }
    }
  }
}
