package io.kestra.plugin.serdes.json;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.Closeable;
import java.io.IOException;

/** The records of an ION file, to be written as JSON. */
interface JsonRecords extends Closeable {
    /** Goes on to the next record, if there is one. */
    boolean next() throws IOException;

    void write(JsonGenerator json) throws IOException;
}
