package weir.http.coding;

import java.util.Locale;
import java.util.Set;

/** Knows of which types a body is compressed already. */
final class MediaTypes {

  /** Types of application/ that hold compressed data; what ends in +zip and office files do too. */
  private static final Set<String> COMPRESSED =
      Set.of(
          "zip",
          "gzip",
          "x-gzip",
          "zstd",
          "x-bzip",
          "x-bzip2",
          "x-xz",
          "x-compress",
          "x-7z-compressed",
          "x-rar-compressed",
          "vnd.rar",
          "java-archive",
          "vnd.android.package-archive",
          "vnd.apple.installer+xml",
          "font-woff",
          "pdf",
          "ogg",
          "mp4",
          "grpc");

  private MediaTypes() {}

  /** Returns whether it is worth trying. A body of a type that nobody has named is. */
  static boolean isCompressible(String contentType) {
    if (contentType == null) {
      return true;
    }
    int end = contentType.indexOf(';');
    String type =
        (end < 0 ? contentType : contentType.substring(0, end)).trim().toLowerCase(Locale.ROOT);
    int slash = type.indexOf('/');
    if (slash < 0) {
      return true;
    }
    String subtype = type.substring(slash + 1);
    return switch (type.substring(0, slash)) {
      case "image" -> subtype.endsWith("+xml") || subtype.equals("bmp") || subtype.endsWith("icon");
      case "audio", "video" -> false;
      case "font" -> !subtype.startsWith("woff");
      case "application" ->
          !COMPRESSED.contains(subtype)
              && !subtype.endsWith("+zip")
              && !subtype.startsWith("vnd.openxmlformats-officedocument.")
              && !subtype.startsWith("vnd.oasis.opendocument.");
      default -> true;
    };
  }
}
