package io.kestra.plugin.compress;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import org.apache.commons.compress.archivers.ArchiveEntry;
import org.apache.commons.compress.archivers.ArchiveException;
import org.apache.commons.compress.archivers.ArchiveInputStream;
import org.apache.commons.compress.archivers.ArchiveOutputStream;
import org.apache.commons.compress.archivers.ar.ArArchiveInputStream;
import org.apache.commons.compress.archivers.ar.ArArchiveOutputStream;
import org.apache.commons.compress.archivers.arj.ArjArchiveInputStream;
import org.apache.commons.compress.archivers.cpio.CpioArchiveInputStream;
import org.apache.commons.compress.archivers.cpio.CpioArchiveOutputStream;
import org.apache.commons.compress.archivers.dump.DumpArchiveInputStream;
import org.apache.commons.compress.archivers.jar.JarArchiveInputStream;
import org.apache.commons.compress.archivers.jar.JarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.zip.ZipArchiveInputStream;
import org.apache.commons.compress.archivers.zip.ZipArchiveOutputStream;

/** How files are put together in one. */
public enum ArchiveAlgorithm {
    AR,
    ARJ,
    CPIO,
    DUMP,
    JAR,
    TAR,
    ZIP;

    ArchiveInputStream<? extends ArchiveEntry> open(InputStream stream) throws ArchiveException, IOException {
        return switch (this) {
            case AR -> new ArArchiveInputStream(stream);
            case ARJ -> new ArjArchiveInputStream(stream);
            case CPIO -> new CpioArchiveInputStream(stream);
            case DUMP -> new DumpArchiveInputStream(stream);
            case JAR -> new JarArchiveInputStream(stream);
            case TAR -> new TarArchiveInputStream(stream);
            case ZIP -> new ZipArchiveInputStream(stream);
        };
    }

    @SuppressWarnings("unchecked")
    ArchiveOutputStream<ArchiveEntry> create(OutputStream stream) {
        return (ArchiveOutputStream<ArchiveEntry>) switch (this) {
            case AR -> new ArArchiveOutputStream(stream);
            case CPIO -> new CpioArchiveOutputStream(stream);
            case JAR -> new JarArchiveOutputStream(stream);
            case TAR -> large(stream);
            case ZIP -> new ZipArchiveOutputStream(stream);
            case ARJ, DUMP -> throw new IllegalArgumentException("Unknown algorithm '" + this + "': it can only be read");
        };
    }

    private static ArchiveOutputStream<?> large(OutputStream stream) {
        var archive = new TarArchiveOutputStream(stream);
        archive.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
        archive.setBigNumberMode(TarArchiveOutputStream.BIGNUMBER_POSIX);
        return archive;
    }
}
