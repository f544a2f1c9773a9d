package io.kestra.workbook.git;

import java.io.InputStream;
import java.util.Set;

/** The flows or the files that one side has of a namespace, by name. */
interface NamespaceSide {
    Set<String> names();

    InputStream open(String name) throws Exception;

    void write(String name, InputStream content) throws Exception;

    void delete(String name) throws Exception;

    /** Why content cannot be written; null if it can. */
    default String problems(String name, InputStream content) throws Exception {
        return null;
    }
}
