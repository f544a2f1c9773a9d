package io.kestra.workbook.messages;

import io.kestra.core.exceptions.DeserializationException;
import io.kestra.core.utils.Either;

/** One row of a queue: its number, its text, and what the engine reads in it. */
record Message<T>(long offset, String text, Either<T, DeserializationException> content) {
}
