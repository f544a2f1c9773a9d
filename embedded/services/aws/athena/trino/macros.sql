-- What DuckDB lacks: numbers as Java writes them, exact division of decimals.
CREATE OR REPLACE MACRO athena_java_exponent(digits, exponent) AS
    substr(digits, 1, 1) || '.' || CASE WHEN length(digits) > 1 THEN substr(digits, 2) ELSE '0' END || 'E' || exponent;
CREATE OR REPLACE MACRO athena_java_number(shown) AS
    CASE
        WHEN contains(shown, 'e') THEN
            CASE WHEN starts_with(shown, '-') THEN '-' ELSE '' END || athena_java_exponent(
                replace(replace(split_part(shown, 'e', 1), '-', ''), '.', ''),
                CAST(CAST(split_part(shown, 'e', 2) AS INTEGER) AS VARCHAR))
        WHEN abs(CAST(shown AS DOUBLE)) >= 1e7 THEN
            CASE WHEN starts_with(shown, '-') THEN '-' ELSE '' END || athena_java_exponent(
                CASE
                    WHEN rtrim(replace(replace(regexp_replace(shown, '\.0$', ''), '-', ''), '.', ''), '0') = '' THEN '0'
                    ELSE rtrim(replace(replace(regexp_replace(shown, '\.0$', ''), '-', ''), '.', ''), '0')
                END,
                CAST(length(split_part(replace(shown, '-', ''), '.', 1)) - 1 AS VARCHAR))
        WHEN CAST(shown AS DOUBLE) != 0 AND abs(CAST(shown AS DOUBLE)) < 1e-3 THEN
            CASE WHEN starts_with(shown, '-') THEN '-' ELSE '' END || athena_java_exponent(
                ltrim(replace(replace(shown, '-', ''), '.', ''), '0'),
                CAST(-(length(split_part(shown, '.', 2)) - length(ltrim(split_part(shown, '.', 2), '0')) + 1) AS VARCHAR))
        ELSE shown
    END;
CREATE OR REPLACE MACRO athena_double_text(x) AS
    CASE WHEN isnan(x) THEN 'NaN' WHEN isinf(x) THEN CASE WHEN x > 0 THEN 'Infinity' ELSE '-Infinity' END
    ELSE athena_java_number(CAST(x AS VARCHAR)) END;
CREATE OR REPLACE MACRO athena_real_text(x) AS athena_double_text(x);
CREATE OR REPLACE MACRO athena_half_up(above, below) AS
    (above // below) + CASE
        WHEN abs(above % below) * 2 >= abs(below) THEN CASE WHEN (above < 0) = (below < 0) THEN 1 ELSE -1 END
        ELSE 0 END;
CREATE OR REPLACE MACRO athena_padded(whole, scale) AS
    lpad(CAST(abs(whole) AS VARCHAR), CAST(greatest(length(CAST(abs(whole) AS VARCHAR)), scale + 1) AS INTEGER), '0');
CREATE OR REPLACE MACRO athena_with_point(whole, scale) AS
    CASE WHEN whole < 0 THEN '-' ELSE '' END
    || left(athena_padded(whole, scale), length(athena_padded(whole, scale)) - scale)
    || '.' || right(athena_padded(whole, scale), scale);
