package io.kestra.plugin.serdes.csv;

import de.siegmar.fastcsv.writer.QuoteStrategies;
import de.siegmar.fastcsv.writer.QuoteStrategy;
import java.util.regex.Pattern;

/** Which fields are quoted. */
public enum QuoteMode {
    ALWAYS(QuoteStrategies.ALWAYS),
    REQUIRED(QuoteStrategies.REQUIRED),
    NON_NUMERIC(new QuoteStrategy() {
        private static final Pattern NUMBER = Pattern.compile("[-+]?(?:\\d*\\.\\d*|\\d+)");

        @Override
        public boolean quoteValue(int line, int field, String value) {
            return !NUMBER.matcher(value).matches();
        }
    });

    final QuoteStrategy strategy;

    QuoteMode(QuoteStrategy strategy) {
        this.strategy = strategy;
    }
}
