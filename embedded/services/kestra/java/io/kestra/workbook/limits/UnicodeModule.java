package io.kestra.workbook.limits;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.ser.std.StdSerializer;
import java.io.IOException;

/**
 * Writes texts of JSON as valid Unicode: a character takes the place of each half of a surrogate pair.
 *
 * <p>The engine's database takes no other JSON into its queues, and no client reads it. An expression that cuts a text may
 * leave such a half anywhere in an execution: in labels, variables, inputs of a subflow, outputs of a flow.
 */
public final class UnicodeModule extends SimpleModule {
    private static final long serialVersionUID = 1;

    public UnicodeModule() {
        super(UnicodeModule.class.getName());
        addSerializer(new Value());
        addKeySerializer(String.class, new Key());
    }

    private static final class Value extends StdSerializer<String> {
        private static final long serialVersionUID = 1;

        Value() {
            super(String.class);
        }

        @Override
        public void serialize(String text, JsonGenerator json, SerializerProvider provider) throws IOException {
            json.writeString(Texts.mended(text));
        }

        @Override
        public boolean isEmpty(SerializerProvider provider, String text) {
            return text.isEmpty();
        }
    }

    private static final class Key extends StdSerializer<String> {
        private static final long serialVersionUID = 1;

        Key() {
            super(String.class);
        }

        @Override
        public void serialize(String text, JsonGenerator json, SerializerProvider provider) throws IOException {
            json.writeFieldName(Texts.mended(text));
        }
    }
}
