package io.kestra.plugin.serdes.csv;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;

/** The names in the first line of a CSV file. */
final class Header {
    private final List<String> names;
    private final int columns;

    private Header(List<String> names, int columns) {
        this.names = names;
        this.columns = columns;
    }

    static Header of(List<String> line, OnEmptyHeader onEmptyHeader, Logger logger) {
        return onEmptyHeader == OnEmptyHeader.RENAME
            ? new Header(renamed(line), line.size())
            : new Header(kept(line, logger), line.size());
    }

    private static List<String> renamed(List<String> line) {
        Set<String> taken = new HashSet<>(line);
        var names = new ArrayList<>(line);
        for (int index = 0; index < names.size(); index++) {
            if (names.get(index).isEmpty()) {
                String name = "col_" + index;
                for (int attempt = 2; !taken.add(name); attempt++) {
                    name = "col_" + index + "_" + attempt;
                }
                names.set(index, name);
            }
        }
        return names;
    }

    private static List<String> kept(List<String> line, Logger logger) {
        int end = line.size();
        while (end > 0 && line.get(end - 1).isEmpty()) {
            end--;
        }
        if (end == 0) {
            end = line.size(); // without any column, every row would be empty
        }
        if (end < line.size()) {
            logger.warn("{} columns without a name at the end of the header are left out; onEmptyHeader: RENAME keeps them.",
                line.size() - end);
        }
        List<String> names = line.subList(0, end);
        int twice = end - new HashSet<>(names).size();
        if (twice > 0) {
            logger.warn("{} columns have the name of another one; the last of them is kept. onEmptyHeader: RENAME keeps those "
                + "without a name.", twice);
        }
        return names;
    }

    /** How many fields each line has, those without a name among them. */
    int columns() {
        return columns;
    }

    Map<String, Object> row(List<String> fields) {
        var row = new LinkedHashMap<String, Object>(names.size() * 2);
        for (int index = 0; index < names.size(); index++) {
            row.put(names.get(index), CsvToIon.value(fields.get(index)));
        }
        return row;
    }
}
