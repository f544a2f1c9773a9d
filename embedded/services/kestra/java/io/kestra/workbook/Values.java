package io.kestra.workbook;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The rendered properties of a task, by name. */
public final class Values {
    private final Map<String, Object> values;

    Values(Map<String, Object> values) {
        this.values = values;
    }

    /** The value of a property that has a default or is required. */
    public <T> T get(String name, Class<T> type) throws TaskFailure {
        return find(name, type).orElseThrow(() -> new TaskFailure(
            "`" + name + "` has no value. Write one, or leave the property out."));
    }

    public String text(String name) throws TaskFailure {
        return get(name, String.class);
    }

    public boolean flag(String name) throws TaskFailure {
        return get(name, Boolean.class);
    }

    public int number(String name) throws TaskFailure {
        return get(name, Integer.class);
    }

    public <T> Optional<T> find(String name, Class<T> type) {
        return Optional.ofNullable(values.get(name)).map(type::cast);
    }

    /** The value of a property that is a list of texts. */
    @SuppressWarnings("unchecked")
    public List<String> texts(String name) throws TaskFailure {
        return (List<String>) get(name, List.class);
    }
}
