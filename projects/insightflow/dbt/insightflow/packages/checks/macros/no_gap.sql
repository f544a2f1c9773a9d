{# Between the first and the last date there is one at every step, such as every day or every month. #}
{% test no_gap(model, column_name, step) %}
select day_before, {{ column_name }}
from (
    select {{ column_name }}, lag({{ column_name }}) over (order by {{ column_name }}) as day_before
    from (select distinct {{ column_name }} from {{ model }}) as dates
) as pairs
where date_add('{{ step }}', 1, day_before) <> {{ column_name }}
{% endtest %}
