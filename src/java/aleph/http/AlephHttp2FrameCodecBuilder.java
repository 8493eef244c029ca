package aleph.http;

import io.netty.handler.codec.compression.CompressionOptions;
import io.netty.handler.codec.http2.CompressorHttp2ConnectionEncoder;
import io.netty.handler.codec.http2.Http2ConnectionDecoder;
import io.netty.handler.codec.http2.Http2ConnectionEncoder;
import io.netty.handler.codec.http2.Http2FrameCodec;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2Settings;

/**
 * Netty's builder of HTTP/2 codecs, which may encode bodies as their {@code content-encoding} says: for
 * programs that build pipelines of their own.
 */
public class AlephHttp2FrameCodecBuilder extends Http2FrameCodecBuilder {

  private boolean compression;
  private CompressionOptions[] options = {};

  /**
   * Creates a builder.
   *
   * @param server which side the codec is for
   */
  public AlephHttp2FrameCodecBuilder(boolean server) {
    server(server);
  }

  /**
   * Sets whether bodies are encoded.
   *
   * @param codings with what; none are Netty's defaults
   */
  public AlephHttp2FrameCodecBuilder setCompression(boolean on, CompressionOptions... codings) {
    compression = on;
    options = codings.clone();
    return this;
  }

  @Override
  protected Http2FrameCodec build(
      Http2ConnectionDecoder decoder, Http2ConnectionEncoder encoder, Http2Settings settings) {
    Http2ConnectionEncoder encoding = encoder;
    if (compression) {
      encoding =
          options.length == 0
              ? new CompressorHttp2ConnectionEncoder(encoder)
              : new CompressorHttp2ConnectionEncoder(encoder, options);
    }
    return super.build(decoder, encoding, settings);
  }
}
