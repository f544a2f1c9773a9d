package io.kestra.workbook;

/** A property that is an object: its public fields are rendered as those of the task itself. */
public interface PropertyGroup {
}
