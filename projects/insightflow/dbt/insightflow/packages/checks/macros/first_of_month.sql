{# Every date is the first day of its month. #}
{% test first_of_month(model, column_name) %}
select {{ column_name }}
from {{ model }}
where day({{ column_name }}) <> 1
{% endtest %}
