package io.kestra.plugin.compress;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import org.apache.commons.compress.compressors.CompressorOutputStream;
import org.apache.commons.compress.compressors.brotli.BrotliCompressorInputStream;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorInputStream;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorOutputStream;
import org.apache.commons.compress.compressors.deflate.DeflateCompressorInputStream;
import org.apache.commons.compress.compressors.deflate.DeflateCompressorOutputStream;
import org.apache.commons.compress.compressors.deflate64.Deflate64CompressorInputStream;
import org.apache.commons.compress.compressors.gzip.GzipCompressorInputStream;
import org.apache.commons.compress.compressors.gzip.GzipCompressorOutputStream;
import org.apache.commons.compress.compressors.lz4.BlockLZ4CompressorInputStream;
import org.apache.commons.compress.compressors.lz4.BlockLZ4CompressorOutputStream;
import org.apache.commons.compress.compressors.lz4.FramedLZ4CompressorInputStream;
import org.apache.commons.compress.compressors.lz4.FramedLZ4CompressorOutputStream;
import org.apache.commons.compress.compressors.lzma.LZMACompressorInputStream;
import org.apache.commons.compress.compressors.lzma.LZMACompressorOutputStream;
import org.apache.commons.compress.compressors.snappy.FramedSnappyCompressorInputStream;
import org.apache.commons.compress.compressors.snappy.FramedSnappyCompressorOutputStream;
import org.apache.commons.compress.compressors.snappy.SnappyCompressorInputStream;
import org.apache.commons.compress.compressors.xz.XZCompressorInputStream;
import org.apache.commons.compress.compressors.xz.XZCompressorOutputStream;
import org.apache.commons.compress.compressors.z.ZCompressorInputStream;
import org.apache.commons.compress.compressors.zstandard.ZstdCompressorInputStream;
import org.apache.commons.compress.compressors.zstandard.ZstdCompressorOutputStream;

/** How a stream is compressed. */
public enum CompressionAlgorithm {
    BROTLI(BrotliCompressorInputStream::new, null),
    BZIP2(BZip2CompressorInputStream::new, BZip2CompressorOutputStream::new),
    DEFLATE(DeflateCompressorInputStream::new, DeflateCompressorOutputStream::new),
    DEFLATE64(Deflate64CompressorInputStream::new, null),
    GZIP(GzipCompressorInputStream::new, GzipCompressorOutputStream::new),
    LZ4BLOCK(BlockLZ4CompressorInputStream::new, BlockLZ4CompressorOutputStream::new),
    LZ4FRAME(FramedLZ4CompressorInputStream::new, FramedLZ4CompressorOutputStream::new),
    LZMA(stream -> new LZMACompressorInputStream(stream, CompressionAlgorithm.MOST_KIB), LZMACompressorOutputStream::new),
    SNAPPY(SnappyCompressorInputStream::new, null),
    SNAPPYFRAME(FramedSnappyCompressorInputStream::new, FramedSnappyCompressorOutputStream::new),
    XZ(stream -> new XZCompressorInputStream(stream, false, CompressionAlgorithm.MOST_KIB), XZCompressorOutputStream::new),
    Z(stream -> new ZCompressorInputStream(stream, CompressionAlgorithm.MOST_KIB), null),
    ZSTD(ZstdCompressorInputStream::new, ZstdCompressorOutputStream::new);

    /** The memory for a dictionary: the largest that the programs write by their own levels is 64 MiB. */
    private static final int MOST_KIB = 96 << 10;

    private final Reader reader;
    private final Writer writer;

    CompressionAlgorithm(Reader reader, Writer writer) {
        this.reader = reader;
        this.writer = writer;
    }

    InputStream decompress(InputStream stream) throws IOException {
        return reader.open(stream);
    }

    OutputStream compress(OutputStream stream) throws IOException {
        if (writer == null) {
            throw new IllegalArgumentException("Not implemented compression '" + this + "': it can only be read");
        }
        return writer.open(stream);
    }

    private interface Reader {
        InputStream open(InputStream stream) throws IOException;
    }

    private interface Writer {
        CompressorOutputStream<?> open(OutputStream stream) throws IOException;
    }
}
