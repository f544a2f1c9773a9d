-- What DuckDB lacks: numbers as Java writes them, exact division of decimals.
CREATE OR REPLACE MACRO athena_exponent(digits, exponent) AS
    substr(digits, 1, 1) || '.' || CASE WHEN length(digits) > 1 THEN substr(digits, 2) ELSE '0' END || 'E' || exponent;
CREATE OR REPLACE MACRO athena_scientific(shown) AS
    CASE WHEN starts_with(shown, '-') THEN '-' ELSE '' END || CASE
        WHEN contains(shown, 'e') THEN athena_exponent(
            regexp_replace(replace(ltrim(split_part(shown, 'e', 1), '-'), '.', ''), '(.)0+$', '\1'),
            CAST(CAST(split_part(shown, 'e', 2) AS INTEGER) AS VARCHAR))
        WHEN abs(CAST(shown AS DOUBLE)) >= 1 THEN athena_exponent(
            regexp_replace(replace(ltrim(shown, '-'), '.', ''), '(.)0+$', '\1'),
            CAST(length(split_part(ltrim(shown, '-'), '.', 1)) - 1 AS VARCHAR))
        ELSE athena_exponent(
            ltrim(split_part(shown, '.', 2), '0'),
            CAST(length(ltrim(split_part(shown, '.', 2), '0')) - length(split_part(shown, '.', 2)) - 1 AS VARCHAR))
    END;
CREATE OR REPLACE MACRO athena_special_number(x) AS
    CASE WHEN isnan(x) THEN 'NaN' WHEN isinf(x) THEN CASE WHEN x > 0 THEN 'Infinity' ELSE '-Infinity' END END;
-- As Java's toString writes a DOUBLE or a REAL.
CREATE OR REPLACE MACRO athena_java_text(x) AS
    CASE WHEN NOT isfinite(x) THEN athena_special_number(x)
    WHEN x = 0 OR (abs(x) >= 1e-3 AND abs(x) < 1e7) THEN CAST(x AS VARCHAR)
    ELSE athena_scientific(CAST(x AS VARCHAR)) END;
-- As Trino's casts do, which always write an exponent; a REAL has seven digits.
CREATE OR REPLACE MACRO athena_cast_text(x, shown) AS
    CASE WHEN NOT isfinite(x) THEN athena_special_number(x)
    WHEN x = 0 THEN CASE WHEN starts_with(CAST(x AS VARCHAR), '-') THEN '-0E0' ELSE '0E0' END
    ELSE athena_scientific(shown) END;
CREATE OR REPLACE MACRO athena_double_text(x) AS athena_cast_text(x, CAST(x AS VARCHAR));
CREATE OR REPLACE MACRO athena_real_text(x) AS athena_cast_text(x, printf('%.6e', CAST(x AS DOUBLE)));
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
